"""API keys of the shop's programs, and the commands that they sent."""
