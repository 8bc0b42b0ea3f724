"""The contents of the wheel besides the code."""

from __future__ import annotations

import subprocess
import sys
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

from tossbill_ui.build import ROOT

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*command, "--directory", str(folder)], cwd=ROOT, check=True)
    [made] = folder.glob("*.whl")
    return made


def test_type_checkers_find_our_annotations(wheel: Path) -> None:
    assert "tossbill_ui/py.typed" in ZipFile(wheel).namelist()


def test_the_licence_is_named_and_carried(wheel: Path) -> None:
    with ZipFile(wheel) as opened:
        [name] = [each for each in opened.namelist() if each.endswith(".dist-info/METADATA")]
        metadata = Parser().parsestr(opened.read(name).decode())
        carried = opened.read(name.replace("METADATA", "licenses/LICENSE"))

    assert metadata["License-Expression"] == "Apache-2.0"
    assert carried == (ROOT / "LICENSE").read_bytes()
