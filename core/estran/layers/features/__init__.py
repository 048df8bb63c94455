"""Features: written to and read from GeoPackage tables, queried, reprojected."""
