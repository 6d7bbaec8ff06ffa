"""The paid upstream ScrapeCreators, answering from the same world."""
