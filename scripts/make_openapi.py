"""Writes the document of the API, `docs/openapi.json`."""

from __future__ import annotations

import json
from pathlib import Path

from tossbill_ui.api.app import build

PATH = Path(__file__).parent.parent / "docs" / "openapi.json"


def document() -> str:
    """Return the document, as it is committed."""
    return json.dumps(build().openapi(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(document())
