"""Writes the software bill of materials: every locked package, in CycloneDX's JSON.

It is made from the lock files alone, so the same locks give the same file, byte for byte: it has no
time, no serial number and no address of a registry.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
PYTHON_LOCKS = ("requirements.lock", "scripts/uv.lock")
PAGES_LOCK = "reflex.lock/bun.lock"
TARGET = ROOT / "sbom.json"

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')

Component = dict[str, Any]


def bill(root: Path) -> Component:
    """Return the bill of a checkout.

    Raises:
        ValueError: A package of the pages has no hash.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    found = {each["bom-ref"]: each for each in (*_python(root), *_pages(root))}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": project["name"],
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": [found[name] for name in sorted(found)],
    }


def _python(root: Path) -> Iterator[Component]:
    """Yield the packages of the Python locks, each with the hashes of all its files."""
    for lock in PYTHON_LOCKS:
        for entry in re.split(r"\n(?=\S)", (root / lock).read_text("utf-8")):
            if pinned := _PINNED.match(entry):
                name, version = pinned.groups()
                hashes = [("SHA-256", digest) for digest in _HASH.findall(entry)]
                yield _component(f"pkg:pypi/{name}@{version}", name, version, hashes)


def _pages(root: Path) -> Iterator[Component]:
    """Yield the packages of the pages' lock."""
    packages = _relaxed_json((root / PAGES_LOCK).read_text("utf-8"))["packages"]
    for spec, *_, integrity in packages.values():
        name, version = spec.rsplit("@", 1)
        kind, _, digest = integrity.partition("-")
        if kind != "sha512":
            raise ValueError(f"{spec} has no SHA-512")
        hashes = [("SHA-512", base64.b64decode(digest).hex())]
        yield _component(f"pkg:npm/{quote(name, safe='/')}@{version}", name, version, hashes)


def _component(purl: str, name: str, version: str, hashes: list[tuple[str, str]]) -> Component:
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "hashes": [{"alg": kind, "content": digest} for kind, digest in sorted(hashes)],
    }


def _relaxed_json(text: str) -> Any:  # noqa: ANN401 - JSON
    """Parse JSON with trailing commas, which Bun writes; commas inside strings stay."""
    strings: list[str] = []

    def keep(found: re.Match[str]) -> str:
        strings.append(found[0])
        return f'"{len(strings) - 1}"'

    bare = _TRAILING_COMMA.sub("", _STRING.sub(keep, text))
    return json.loads(re.sub(r'"(\d+)"', lambda found: strings[int(found[1])], bare))


def main() -> None:
    """Write the bill, and say where."""
    made = bill(ROOT)
    TARGET.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(made['components'])} packages: {TARGET.name}", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
