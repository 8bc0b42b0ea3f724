"""All stories of the baseline."""

from __future__ import annotations

from tests.baseline.scripts import beginning, changing, ending, renewing
from tests.baseline.seeds import SEEDS
from tests.baseline.stage import script_story

SCRIPTS = tuple(
    script_story(script)
    for folder in (beginning, renewing, changing, ending)
    for script in folder.SCRIPTS
)
STORIES = (*SCRIPTS, *SEEDS)
