"""TikTok's public surfaces."""
