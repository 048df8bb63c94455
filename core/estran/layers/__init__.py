"""The only room that opens geographic data: GeoPackage, COG and the land ledger."""
