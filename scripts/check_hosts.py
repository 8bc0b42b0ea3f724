"""Fails if a tracked file contains the host of a package registry."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

# Split into parts, so that this file does not match itself.
HOSTS = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("registry", "npmjs"),
            ("npmmirror", "com"),
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("deb", "debian"),
        )
    )
)


def main() -> None:
    """Search every file tracked by git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - the developer's git
        capture_output=True,
        text=True,
        check=True,
    )
    found = [name for name in listed.stdout.split("\0") if name and _names_a_host(Path(name))]
    if found:
        raise SystemExit(f"The host of a package registry was found in: {', '.join(found)}")


def _names_a_host(path: Path) -> bool:
    try:
        return HOSTS.search(path.read_text()) is not None
    except (UnicodeDecodeError, FileNotFoundError):
        return False


if __name__ == "__main__":
    main()
