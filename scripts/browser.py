"""Finds a Chromium for the tests, or installs one.

Order: the system's Chromium, Playwright's own, Debian's package (with a Korean font).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The headless shell first: it renders no browser window, which halves the cost of a page.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
PACKAGES = ("chromium-headless-shell", "fonts-noto-cjk")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    # Containers have little shared memory, and a page that runs out of it crashes.
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find() -> str | None:
    """Return the path of a Chromium, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Try Playwright's download, then Debian's package."""
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if find() is None and shutil.which("apt-get"):
        _apt("update", "--quiet")
        _apt("install", "--quiet", "--yes", "--no-install-recommends", *PACKAGES)


def _apt(*arguments: str) -> None:
    root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    # Package scripts need the system directories, which a minimal environment may omit.
    environment = os.environ | {
        "DEBIAN_FRONTEND": "noninteractive",
        "PATH": f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin",
    }
    subprocess.run([*root, "apt-get", *arguments], env=environment, check=False)  # noqa: S603


def main() -> None:
    """Make sure that a browser is installed, or exit with instructions."""
    if find() is None:
        install()
    if find() is None:
        raise SystemExit(
            "Chromium was not found and could not be installed: install it and try again."
        )


if __name__ == "__main__":
    main()
