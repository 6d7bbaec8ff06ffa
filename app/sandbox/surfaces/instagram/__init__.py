"""Instagram's public surfaces and business discovery."""
