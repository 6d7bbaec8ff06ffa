"""Facebook's public pages."""
