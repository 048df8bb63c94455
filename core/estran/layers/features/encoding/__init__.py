"""Features in the formats that people and programs take away: one encoder for each."""
