"""The figures of what is tracked, as the graph shows them."""
