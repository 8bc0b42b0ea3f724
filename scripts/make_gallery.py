"""Generate `docs/design-system.html`: the real components and styles, without scripts.

    python -m scripts.make_gallery

The page is prerendered by the same build as the customers' pages, from a separate app.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from html import escape
from pathlib import Path

from tossbill_ui.build import BUILD_DIR, ROOT, reflex_environment

PAGE = ROOT / "docs" / "design-system.html"
STYLES = ROOT / "assets" / "styles"
# Styles of a single page do not affect components.
OF_ONE_PAGE = {"history.css", "plans.css", "fonts.css"}
TOKEN = re.compile(r"^\s*(--[\w-]+):\s*([^;]+);", re.MULTILINE)
MAIN = re.compile(r'<main data-gallery="specimens">.*?</main>', re.DOTALL)
FRAME = """\
body { margin: 0; padding: 32px; }
.schemes { display: grid; grid-template-columns: repeat(auto-fit, minmax(335px, 1fr)); gap: 24px; }
.scheme { padding: 24px; border-radius: 12px; background: var(--paper); color: var(--ink); }
.specimen { margin-bottom: 40px; }
.specimen-name { margin-bottom: 12px; color: var(--ink-3); font: 13px var(--font-code); }
.specimen .bottom { position: static; margin: 0; }
.specimen .result { flex: none; }
.tokens { display: grid; grid-template-columns: 24px auto 1fr; gap: 4px 12px; margin: 24px 0 40px; }
.tokens i { width: 24px; height: 24px; border: 1px solid var(--hair); }
.tokens code { font: 13px/24px var(--font-code); }
"""


def sources() -> list[Path]:
    """Return the source files of the page."""
    styles = [path for path in STYLES.glob("*.css") if path.name not in OF_ONE_PAGE]
    parts = (ROOT / "tossbill_ui" / "ui" / "components").glob("*.py")
    return sorted([*styles, *parts, *(ROOT / "scripts" / "gallery").glob("*.py")])


def stamp() -> str:
    """Return the hash of the sources, which is embedded in the page."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def tokens() -> dict[str, str]:
    """Return every custom property with its light-scheme value."""
    found: dict[str, str] = {}
    for name, value in TOKEN.findall((STYLES / "tokens.css").read_text()):
        found.setdefault(name, " ".join(value.split()))
    return found


def built() -> tuple[str, str]:
    """Build the gallery's app and return its specimens and styles."""
    web_dir = BUILD_DIR / "gallery"
    environment = reflex_environment() | {
        "REFLEX_APP_MODULE_IMPORT": "scripts.gallery.app",
        "REFLEX_WEB_WORKDIR": str(web_dir.relative_to(ROOT)),
        "REFLEX_ENV_MODE": "prod",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
    }
    command = [sys.executable, "-m", "reflex", "export", "--no-zip", "--env", "prod"]
    kept = {path: path.read_bytes() for path in (ROOT / "reflex.lock").iterdir()}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)  # noqa: S603 - our own
    for path, content in kept.items():
        path.write_bytes(content)  # the customers' pages determine the lock files
    client = web_dir / "build" / "client"
    [specimens] = MAIN.findall((client / "index.html").read_text())
    styles = "".join(path.read_text() for path in sorted(client.glob("assets/*.css")))
    # Fonts are not embedded: the page uses the reader's own.
    return specimens, re.sub(r"@font-face\s*{[^}]*}", "", styles)


def drawn(specimens: str, styles: str) -> str:
    """Return the page: tokens and specimens in both schemes."""
    listed = "\n".join(
        f'<i style="background:var({name})"></i><code>{name}</code><code>{escape(value)}</code>'
        for name, value in tokens().items()
    )
    text = (STYLES / "tokens.css").read_text()
    [light] = re.findall(r"^:root\s*{([^}]*)}", text, re.MULTILINE)
    [dark] = re.findall(r"^:root\.dark\s*{([^}]*)}", text, re.MULTILINE)
    schemes = "\n".join(
        f'<section class="scheme {name}"><h1 class="title">{name}</h1>'
        f'<div class="tokens">{listed}</div>{specimens}</section>'
        for name in ("light", "dark")
    )
    return f"""<!DOCTYPE html>
<html lang="ko" class="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="made-from" content="{stamp()}">
<title>Design system</title>
<style>{styles}</style>
<style>{FRAME}
.scheme.light {{{light}}}
.scheme.dark {{{dark}}}</style>
</head>
<body class="page" lang="ko">
<p>Written by <code>python -m scripts.make_gallery</code> from the components and styles of the
pages. Every token and every component, in every state, in both schemes.</p>
<div class="schemes">
{schemes}
</div>
</body>
</html>
"""


def main() -> None:
    """Write the page."""
    BUILD_DIR.mkdir(exist_ok=True)
    PAGE.write_text(drawn(*built()))


if __name__ == "__main__":
    main()
