"""The seeded world behind the surfaces: accounts, posts and their counters as a pure function of time."""
