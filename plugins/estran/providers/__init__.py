"""pygeoapi data providers over the stores of `estran.layers`."""
