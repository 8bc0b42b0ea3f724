"""Generate a migration from the schema to the models.

Usage: ``python -m scripts.new_migration 0002 "Add the invoice table"``
"""

import sys
import tempfile
from pathlib import Path

from alembic import command

from tossbill_ui.migrations import alembic_config, upgrade

with tempfile.TemporaryDirectory() as folder:
    url = f"sqlite:///{Path(folder) / 'empty.db'}"
    upgrade(url)
    command.revision(
        alembic_config(url), message=sys.argv[2], rev_id=sys.argv[1], autogenerate=True
    )
