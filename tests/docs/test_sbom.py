"""The bill of materials lists what the locks pin, and nothing else."""

import json
import re
from pathlib import Path

import pytest

from scripts.check_hosts import HOSTS
from scripts.make_sbom import PAGES_LOCK, PYTHON_LOCKS, bill
from tossbill_ui.build import ROOT


def test_every_locked_package_is_listed_with_its_hashes() -> None:
    listed = {(each["purl"].split("/")[0], each["name"]): each for each in bill(ROOT)["components"]}
    pinned = {
        ("pkg:pypi", name)
        for lock in PYTHON_LOCKS
        for name in re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(), re.MULTILINE)
    }
    names = re.findall(
        r'^    "[^"]+": \["(@?[^"@]+)@', (ROOT / PAGES_LOCK).read_text(), re.MULTILINE
    )

    assert set(listed) == pinned | {("pkg:npm", name) for name in names}
    assert ("pkg:pypi", "uv") in listed
    sizes = {"SHA-256": 64, "SHA-512": 128}
    for each in listed.values():
        assert each["hashes"]
        assert all(len(found["content"]) == sizes[found["alg"]] for found in each["hashes"])


def test_bill_is_the_same_each_time_and_names_no_host() -> None:
    text = json.dumps(bill(ROOT))

    assert text == json.dumps(bill(ROOT))
    assert not HOSTS.search(text)
    refs = [each["bom-ref"] for each in bill(ROOT)["components"]]
    assert refs == sorted(set(refs))


def test_package_without_a_hash_is_refused(tmp_path: Path) -> None:
    for name in ("pyproject.toml", *PYTHON_LOCKS, PAGES_LOCK):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    lock = tmp_path / PAGES_LOCK
    lock.write_text(re.sub(r'"sha512-[^"]+"', '""', lock.read_text(), count=1))

    with pytest.raises(ValueError, match="SHA-512"):
        bill(tmp_path)


def test_installer_is_pinned_by_hash() -> None:
    text = (ROOT / "scripts/uv.lock").read_text()

    assert re.match(r"uv==[\d.]+ \\\n", text)
    assert text.count("--hash=sha256:") > 10
    assert "--require-hashes" in (ROOT / "scripts/set_up.py").read_text().split("def _run")[0]
