"""What the sandbox tells the shop."""
