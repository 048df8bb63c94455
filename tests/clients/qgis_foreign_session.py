"""Run by Debian's own Python: what QGIS reads of each layer of a server, printed as JSON.

Usage: qgis_foreign_session.py URL LAYER...
"""

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import QgsApplication, QgsVectorLayer, QgsWkbTypes

URL, *NAMES = sys.argv[1:]

application = QgsApplication([], False)
application.initQgis()
seen = {}
for name in NAMES:
    layer = QgsVectorLayer(f"url='{URL}' typename='{name}' pageSize='2'", name, "OAPIF")
    features = list(layer.getFeatures()) if layer.isValid() else []
    kind = layer.wkbType()
    shapes = [feature.geometry() for feature in features if feature.hasGeometry()]
    heights = (
        [vertex.z() for shape in shapes for vertex in shape.vertices()] if QgsWkbTypes.hasZ(kind) else []
    )
    seen[name] = {
        "valid": layer.isValid(),
        "refs": sorted(feature["ref"] for feature in features),
        "fields": {field.name(): field.typeName() for field in layer.fields()},
        "type": QgsWkbTypes.displayString(kind),
        "highest": max(heights, default=None),
    }
sys.stdout.write(json.dumps(seen) + "\n")
sys.stdout.flush()
os._exit(0)
