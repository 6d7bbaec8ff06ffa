"""What tracking changes: videos one by one, and removal."""
