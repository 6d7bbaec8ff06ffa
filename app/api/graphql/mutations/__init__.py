"""The entrances for changing: one input each, and what the user can mend comes back as data."""
