"""Code shared by the pages of every feature."""
