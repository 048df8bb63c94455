"""One question, one file: geometry + layers + factors -> indicators."""
