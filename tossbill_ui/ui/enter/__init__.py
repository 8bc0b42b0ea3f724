"""The pages to come in by: plain HTML, which needs no script."""
