"""Run by Debian's own Python: what QGIS sees of a server, printed as JSON.

Usage: qgis_session.py URL PNG
"""

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize

URL, PICTURE = sys.argv[1:]


def opened(name):
    """A layer of the server, as the data source manager opens it."""
    return QgsVectorLayer(f"url='{URL}' typename='{name}' pageSize='500'", name, "OAPIF")


application = QgsApplication([], False)
application.initQgis()

communes, buildings = opened("communes"), opened("buildings")
port = QgsRectangle(-1.152, 46.156, -1.150, 46.157)
in_port = list(buildings.getFeatures(QgsFeatureRequest().setFilterRect(port)))
named = QgsFeatureRequest().setFilterExpression("\"nom\" = 'La Rochelle'")

settings = QgsMapSettings()
settings.setLayers([communes])
settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:2154"))
settings.setExtent(QgsRectangle(371000, 6550000, 400000, 6584000))
settings.setOutputSize(QSize(600, 700))
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
job.renderedImage().save(PICTURE)

sys.stdout.write(
    json.dumps(
        {
            "valid": [communes.isValid(), buildings.isValid()],
            "title": communes.dataProvider().name(),
            "communes": sum(1 for _ in communes.getFeatures()),
            "fields": [field.name() for field in communes.fields()],
            "buildings_in_port": len(in_port),
            "named": [feature["code_insee"] for feature in communes.getFeatures(named)],
        }
    )
    + "\n"
)
sys.stdout.flush()
os._exit(0)
