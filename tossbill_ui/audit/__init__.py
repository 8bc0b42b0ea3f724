"""What our staff can look at."""
