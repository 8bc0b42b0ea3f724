"""Every byte to and from Toss Payments."""
