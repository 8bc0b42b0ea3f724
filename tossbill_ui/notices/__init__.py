"""What customers are told by mail: written with the state it speaks of, delivered after it."""
