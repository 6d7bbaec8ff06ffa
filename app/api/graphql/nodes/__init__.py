"""The objects of the graph: each maps a record by attribute."""
