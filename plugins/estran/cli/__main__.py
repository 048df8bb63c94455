"""`python -m estran.cli`: the `estran` command."""

from estran.cli.main import estran

estran()
