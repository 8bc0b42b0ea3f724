"""Prints the state picture that stands in ``docs/architecture.md``."""

from tests.subscriptions.lifecycle.cells import picture

print(picture())
