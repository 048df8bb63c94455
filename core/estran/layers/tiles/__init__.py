"""Tiles: how the ground is cut, what a tile holds of a layer, how it is written."""
