"""Pages: plain HTML and ES modules, nothing from elsewhere."""
