"""How values travel: scalars, enums, windows, global ids."""
