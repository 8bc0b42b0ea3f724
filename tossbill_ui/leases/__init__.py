"""Who works on a row: claims that end with the worker that made them."""
