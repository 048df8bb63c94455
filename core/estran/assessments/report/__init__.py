"""The report of an answer: typed blocks, then PDF, Word or one page."""
