"""The carbon model: quantities, densities and sums. Pure computation, no file, no server."""
