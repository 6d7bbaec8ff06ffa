"""LinkedIn's guest pages."""
