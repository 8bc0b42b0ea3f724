"""Claims on rows: each lasts as long as the worker that holds it."""
