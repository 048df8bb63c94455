"""Any IGN BD TOPO v3 extract, shapefile or GeoPackage, becomes a territory."""

from estran.ingest.bdtopo.build import build

__all__ = ["build"]
