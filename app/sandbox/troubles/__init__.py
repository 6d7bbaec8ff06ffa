"""What goes wrong on order, and how."""
