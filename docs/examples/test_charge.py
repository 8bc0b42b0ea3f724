"""The first charge in pytest, with a sandbox of the test's own."""

import os
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).with_name("charge.py")


def test_the_first_charge(toss_server):
    environment = os.environ | {"TOSS_BASE_URL": toss_server.base_url}
    printed = subprocess.check_output([sys.executable, EXAMPLE], env=environment, text=True)
    assert printed.strip() == "DONE"
