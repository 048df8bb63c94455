"""What pages of features can be written as, besides GeoJSON, JSON-LD and HTML: pygeoapi formatters."""
