"""Run by Debian's own Python: layers opened from the layer definitions of a server, drawn, told as JSON.

Usage: qgis_styles_session.py URL FOLDER
"""
# ruff: noqa: PTH118 - Qt is told of the screen before QGIS is imported

import json
import os
import sys
import urllib.request

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsLayerDefinition,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize

URL, FOLDER = sys.argv[1:]
BOXES = {
    "wetlands": (371000, 6550000, 400000, 6584000),
    "cycle-network": (376000, 6566000, 384000, 6574000),
    "parking": (375000, 6566000, 385000, 6576000),
    "land-cover": (380000, 6565000, 384000, 6569000),
    "elevation": (379900, 6573110, 380750, 6573560),
}


def fetched(path, name):
    """A file of the server, on disk."""
    target = os.path.join(FOLDER, name)
    urllib.request.urlretrieve(URL + path, target)
    return target


def opened(path):
    """The layers of a layer definition, in a project of their own."""
    project = QgsProject()
    done, message = QgsLayerDefinition.loadLayerDefinition(path, project, project.layerTreeRoot())
    return project, done, message


def drawn(layer, box, name):
    """The colours that QGIS gives to the pixels of a picture, with how many there are."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:2154"))
    settings.setExtent(QgsRectangle(*box))
    settings.setOutputSize(QSize(400, 400))
    settings.setFlag(QgsMapSettings.Antialiasing, False)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(os.path.join(FOLDER, name + ".png"))
    counted = {}
    for x in range(image.width()):
        for y in range(image.height()):
            colour = image.pixelColor(x, y).name()
            counted[colour] = counted.get(colour, 0) + 1
    return counted


application = QgsApplication([], False)
application.initQgis()

told = {"layers": {}}
for collection, box in BOXES.items():
    project, done, message = opened(fetched(f"/collections/{collection}/qgis?f=qlr", collection + ".qlr"))
    (layer,) = project.mapLayers().values()
    told["layers"][collection] = {
        "valid": done and layer.isValid(),
        "title": layer.name(),
        "renderer": layer.renderer().type(),
        "crs": layer.crs().authid(),
        "colours": drawn(layer, box, collection),
    }

project, done, message = opened(fetched("/qgis?f=qlr", "all.qlr"))
told["all"] = {
    "valid": done and all(layer.isValid() for layer in project.mapLayers().values()),
    "groups": [group.name() for group in project.layerTreeRoot().findGroups()],
    "count": len(project.mapLayers()),
}

plain = QgsVectorLayer(f"url='{URL}' typename='wetlands'", "wetlands", "OAPIF")
told["qml"] = plain.loadNamedStyle(fetched("/styles/wetlands?f=qml", "wetlands.qml"))[1]
told["qml_labels"] = [item.label() for item in plain.renderer().legendSymbolItems()]
for version in ("sld10", "sld11"):
    plain = QgsVectorLayer(f"url='{URL}' typename='wetlands'", "wetlands", "OAPIF")
    message, told[version] = plain.loadSldStyle(fetched("/styles/wetlands?f=" + version, version + ".sld"))
    told[version + "_labels"] = [item.label() for item in plain.renderer().legendSymbolItems()]

sys.stdout.write(json.dumps(told) + "\n")
sys.stdout.flush()
os._exit(0)
