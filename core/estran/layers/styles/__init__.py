"""How a layer is drawn: one description, and the languages of maps that it is written in."""
