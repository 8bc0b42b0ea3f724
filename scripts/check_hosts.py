"""Fails when a committed file names a package registry's host or a path of one machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

# Written in pieces, so that this file does not find itself.
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
    """Look through every file git knows."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - the developer's git
        capture_output=True,
        text=True,
        check=True,
    )
    found = [name for name in listed.stdout.split("\0") if name and _names_a_host(Path(name))]
    if found:
        raise SystemExit(f"A package registry's host stands in: {', '.join(found)}")


def _names_a_host(path: Path) -> bool:
    try:
        return HOSTS.search(path.read_text()) is not None
    except (UnicodeDecodeError, FileNotFoundError):
        return False


if __name__ == "__main__":
    main()
