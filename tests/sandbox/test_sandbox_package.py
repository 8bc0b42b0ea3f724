"""The sandbox's own package: complete, alone, small, for every system, and free until used."""

import ast
import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib.metadata import distribution, requires
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement

from tossbill_sandbox.app import SANDBOX_SECRET_KEY
from tossbill_ui.build import ROOT

PACKAGE = ROOT / "tossbill_sandbox"
PROJECT = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
# In the standard library, but not of every system.
OF_UNIX_ONLY = frozenset(
    {"curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios"}
    | {"tty"}
)
MOST_MEGABYTES = 40


def declared() -> set[str]:
    return {Requirement(each).name for each in PROJECT["dependencies"]}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def everything_needed() -> set[str]:
    """Return the names of all distributions that the declared ones need."""
    found: set[str] = set()
    left = declared()
    while left:
        name = left.pop()
        found.add(name)
        needed = (Requirement(each) for each in requires(name) or ())
        here = {
            each.name for each in needed if not each.marker or each.marker.evaluate({"extra": ""})
        }
        left |= here - found
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "build", "--offline", "--quiet", "--wheel", "--no-build-isolation"]
    subprocess.run([*command, "--out-dir", folder, PACKAGE], check=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a folder, with what it needs and nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    zipfile.ZipFile(wheel).extractall(folder)
    for name in everything_needed():
        for file in distribution(name).files or ():
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not (folder / top).exists():
                (folder / top).symlink_to(str(distribution(name).locate_file(top)))
    return folder


@contextmanager
def serving(alone: Path, database: Path) -> Generator[str]:
    """Run the command with the folder as its only packages; give its URL."""
    run = "import sys; sys.path.append(sys.argv.pop(1)); from tossbill_sandbox.command import main"
    arguments = [str(alone), "--port", "0", "--db", str(database)]
    command = [sys.executable, "-I", "-S", "-c", f"{run}; main()", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=alone) as process:
        try:
            assert process.stderr
            yield process.stderr.readline().split()[-1].removesuffix("/sandbox/")
        finally:
            process.terminate()


def test_every_import_is_declared_or_of_every_systems_standard_library() -> None:
    allowed = (sys.stdlib_module_names - OF_UNIX_ONLY) | declared() | {"tossbill_sandbox"}
    # pytest loads the plugin, so it is there.
    found = {
        (path.name, name)
        for path in PACKAGE.rglob("*.py")
        for name in imported(path)
        if name not in allowed
    }

    assert found == {("pytest_plugin.py", "pytest")}


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    files = [
        path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    apart = {"Containerfile", "LICENSE", "README.md", "pyproject.toml", "requirements.lock"}
    expected = {str(path.relative_to(ROOT)) for path in files if path.name not in apart}

    names = zipfile.ZipFile(wheel).namelist()

    assert {name for name in names if ".dist-info/" not in name} == expected
    assert "tossbill_sandbox/py.typed" in names
    assert wheel.name.endswith("-py3-none-any.whl")


def test_both_packages_have_one_version_and_one_license() -> None:
    app = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert PROJECT["version"] == app["version"]
    assert f"tossbill-sandbox=={PROJECT['version']}" in app["dependencies"]
    assert (PACKAGE / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def curl_calls() -> list[tuple[str, str]]:
    """Return the paths and the bodies of the calls that the README makes with curl."""
    example = (PACKAGE / "README.md").read_text().split("```sh\nKEY=$(")[1].split("```")[0]
    calls = example.split("curl -s localhost:4242")[1:]
    return [(call.split()[0], call.split("-d '")[1].split("'")[0]) for call in calls]


@pytest.mark.processes
def test_wheel_charges_a_card_as_its_readme_says(alone: Path, tmp_path: Path) -> None:
    (card_path, card), (charge_path, order) = curl_calls()
    database = tmp_path / "new" / "sandbox.db"
    auth = (SANDBOX_SECRET_KEY, "")
    with serving(alone, database) as url, httpx.Client(auth=auth, trust_env=False) as http:
        home = http.get(url)
        key = http.post(url + card_path, content=card).json()["billingKey"]
        payment = http.post(url + charge_path.replace("$KEY", key), content=order).json()

    assert (payment["status"], payment["totalAmount"]) == ("DONE", 4900)
    assert home.headers["location"] == "/sandbox/"
    assert database.stat().st_size


def test_package_with_all_it_needs_is_small(alone: Path) -> None:
    walked = os.walk(alone, followlinks=True)
    sizes = (Path(folder, name).stat().st_size for folder, _, names in walked for name in names)

    assert sum(sizes) < MOST_MEGABYTES * 1_000_000


@pytest.mark.processes
def test_plugin_imports_nothing_of_the_sandbox_until_a_fixture_is_used() -> None:
    listed = "import tossbill_sandbox.pytest_plugin, sys; print(*sys.modules)"
    command = [sys.executable, "-c", listed]
    modules = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    assert {name for name in modules if name.startswith("tossbill_sandbox")} == {
        "tossbill_sandbox",
        "tossbill_sandbox.pytest_plugin",
    }
    assert not {"httpx", "starlette", "uvicorn", "sqlite3", "asyncio"} & set(modules)
