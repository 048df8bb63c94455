"""Run by Debian's own Python: a project of a server opened and drawn, told as JSON.

Usage: qgis_project_session.py PROJECT PNG
"""

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsProject
from qgis.PyQt.QtCore import QSize

PROJECT, PICTURE = sys.argv[1:]
application = QgsApplication([], False)
application.initQgis()

project = QgsProject.instance()
read = project.read(PROJECT)
tree = project.layerTreeRoot()
extent = project.viewSettings().defaultViewExtent()
settings = QgsMapSettings()
settings.setLayers(tree.checkedLayers())
settings.setDestinationCrs(project.crs())
settings.setExtent(extent)
settings.setOutputSize(QSize(400, 400))
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
job.renderedImage().save(PICTURE)
told = {
    "read": read,
    "title": project.title(),
    "crs": project.crs().authid(),
    "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
    "layers": [layer.name() for layer in tree.layerOrder()],
    "invalid": [layer.name() for layer in project.mapLayers().values() if not layer.isValid()],
    "shown": [layer.name() for layer in tree.checkedLayers()],
    "renderers": {
        layer.name(): layer.renderer().type() for layer in project.mapLayers().values() if layer.renderer()
    },
}
sys.stdout.write(json.dumps(told) + "\n")
sys.stdout.flush()
os._exit(0)
