"""The objects of v2 and the values it takes: the only place where its words stand."""
