"""Run by Debian's own Python: what QGIS sees of a coverage, printed as JSON.

Usage: qgis_coverage_session.py URL COLLECTION LONGITUDE LATITUDE
"""

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import QgsApplication, QgsPointXY, QgsRasterLayer

URL, COLLECTION = sys.argv[1:3]
PLACE = QgsPointXY(*map(float, sys.argv[3:5]))

application = QgsApplication([], False)
application.initQgis()
layer = QgsRasterLayer(f"OGCAPI:{URL}/collections/{COLLECTION}", COLLECTION, "gdal")
value, is_known = layer.dataProvider().sample(PLACE, 1)
seen = {"valid": layer.isValid(), "crs": layer.crs().authid(), "value": value if is_known else None}
sys.stdout.write(json.dumps(seen) + "\n")
sys.stdout.flush()
os._exit(0)
