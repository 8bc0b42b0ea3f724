"""The panel and the addresses that steer the sandbox."""
