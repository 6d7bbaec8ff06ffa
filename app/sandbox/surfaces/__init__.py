"""What the platforms show to anybody, made from the world."""
