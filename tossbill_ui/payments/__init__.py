"""What is collected from customers and given back to them."""
