"""YouTube's Data API and public pages."""
