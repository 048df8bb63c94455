"""The `estran` command."""
