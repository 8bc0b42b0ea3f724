"""The panel and the control API."""
