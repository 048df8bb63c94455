"""What people read in a browser: templates, styles, scripts, translations."""
