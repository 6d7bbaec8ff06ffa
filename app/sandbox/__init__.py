"""A local imitation of the platforms' public surfaces over a seeded world; the demo and the tests read it."""
