"""Components that pages are built from."""
