"""What Toss tells us by itself: stored, answered, then looked up. A webhook is a hint."""
