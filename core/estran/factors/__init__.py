"""Every number the model uses, as data with unit, range, source, date and licence."""
