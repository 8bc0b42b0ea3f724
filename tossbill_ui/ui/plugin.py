"""What we change in Reflex's build."""

from __future__ import annotations

import re
from typing import Unpack

from reflex_base.plugins import Plugin
from reflex_base.plugins.base import PostBuildContext

# Reflex writes the server's address into the bundle; one bundle must serve every address.
BAKED = re.compile(r"[`\"'](ws|http)://localhost:\d+(/[\w-]*)[`\"']")


class AnyAddress(Plugin):
    """Makes the bundle talk to the address it came from."""

    def post_build(self, **context: Unpack[PostBuildContext]) -> None:
        """Replace the baked addresses by the page's own origin."""
        changed = 0
        for script in context["static_dir"].glob("assets/reflex-env-*.js"):
            text, count = BAKED.subn(_from_origin, script.read_text())
            script.write_text(text)
            changed += count
        if not changed:
            raise RuntimeError("Reflex's build no longer has addresses where we look for them.")


def _from_origin(match: re.Match[str]) -> str:
    scheme, path = match.groups()
    origin = "location.origin.replace(/^http/,`ws`)" if scheme == "ws" else "location.origin"
    return f"({origin}+`{path}`)"
