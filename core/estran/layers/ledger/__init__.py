"""The land ledger: each square metre of a territory counted once."""
