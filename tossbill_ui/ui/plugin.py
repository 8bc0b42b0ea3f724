"""Changes to Reflex's build output; each fails loudly when Reflex changes its output."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Unpack

from reflex_base.constants import PackageJson
from reflex_base.plugins import Plugin
from reflex_base.plugins.base import PostBuildContext

# Reflex writes the server's address into the bundle, but one bundle must serve every address.
BAKED = re.compile(r"[`\"'](ws|http)://localhost:\d+(/[\w-]*)[`\"']")

PRELOAD = re.compile(r'<link rel="modulepreload" href="(?P<href>[^"]+)"/>')
START = re.compile(r'(?P<open><script type="module" async="">)(?P<text>[^<]+)</script>')
IMPORT = re.compile(r'^import (?:\* as (?P<name>\w+) from )?"(?P<href>[^"]+)";$', re.MULTILINE)
# React starts once the page has loaded, or after three seconds if something hangs.
AFTER_LOAD = """\
await new Promise((go) => {{
  if (document.readyState === "complete") go();
  addEventListener("load", go);
  setTimeout(go, 3000);
}});
for (const href of {preloads}) {{
  const link = Object.assign(document.createElement("link"), {{ rel: "modulepreload", href }});
  document.head.append(link);
}}
const [{names}] = await Promise.all({hrefs}.map((href) => import(href)));
{rest}"""


class AnyAddress(Plugin):
    """Makes the bundle connect to the address it was loaded from."""

    def post_build(self, **context: Unpack[PostBuildContext]) -> None:
        """Replace the built-in addresses by the page's own origin."""
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


EVERYWHERE, HERE = "react-router dev --host", "react-router dev --host 127.0.0.1"


class LocalVite(Plugin):
    """Lets Reflex's dev server show the pages to this machine only, instead of to every network."""

    def __init__(self) -> None:
        """Change the command that starts Vite."""
        if PackageJson.Commands.DEV not in (EVERYWHERE, HERE):
            raise RuntimeError("Reflex no longer starts Vite with the command that we change.")
        PackageJson.Commands.DEV = HERE  # pyright: ignore[reportAttributeAccessIssue]


class LateReact(Plugin):
    """Lets a page paint and take its first click before React is loaded (ADR-0009)."""

    def post_build(self, **context: Unpack[PostBuildContext]) -> None:
        """Delay React until after the load event in every prerendered page."""
        for page in context["static_dir"].rglob("*.html"):
            page.write_text(_react_after_load(page))


def _react_after_load(page: Path) -> str:
    html = page.read_text()
    if not START.search(html):
        raise RuntimeError(f"{page.name} no longer starts React where we look for it.")
    preloads = PRELOAD.findall(html)
    return START.sub(lambda match: _late(match, preloads), PRELOAD.sub("", html))


def _late(match: re.Match[str], preloads: list[str]) -> str:
    imports = list(IMPORT.finditer(match["text"]))
    text = AFTER_LOAD.format(
        preloads=json.dumps(preloads),
        names=", ".join(found["name"] or "" for found in imports),
        hrefs=json.dumps([found["href"] for found in imports]),
        rest=IMPORT.sub("", match["text"]).strip(),
    )
    return f"{match['open']}{text}</script>"
