"""Prints the state diagram for ``docs/architecture.md``."""

from tests.subscriptions.lifecycle.cells import diagram

print(diagram())
