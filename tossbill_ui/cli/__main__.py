"""``python -m tossbill_ui.cli``: the command without its script."""

from tossbill_ui.cli import main

main()
