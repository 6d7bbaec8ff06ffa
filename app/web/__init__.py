"""Pages served to people, with everything they need bundled."""
