"""How is the demonstration territory made? Real layers as published, and honest synthetic ones.

`build` writes every file that La Rochelle serves, save the land ledger, and says what the
ledger is made of. Real layers are converted; what no real layer describes (land cover over the
whole agglomeration, buildings, wetlands, fine emissions) is drawn by fixed rules from real
totals, and flagged synthetic.
"""

from estran.ingest.la_rochelle.recipe import build

__all__ = ["build"]
