"""``docs/commands.md`` and our messages against the commands themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields

import click
import pytest

from tests.docs.test_docs import COMMAND, exists, our_sources, text_of
from tossbill_ui.cli import main
from tossbill_ui.cli.admin import NOTICE_KEYS
from tossbill_ui.cli.api_keys import KEYS as API_KEY_KEYS
from tossbill_ui.cli.review_items import WORDS, Item
from tossbill_ui.cli.sessions import KEYS as SESSION_KEYS
from tossbill_ui.cli.webhooks import FAILURE
from tossbill_ui.cli.webhooks import KEYS as ENDPOINT_KEYS

OPTION_ROW = re.compile(r"^\| `(--[a-z-]+)` \|.*$", re.MULTILINE)
KEYS = {
    "doctor": {"ok", "text", "is_advice"},
    "mailbox": set(NOTICE_KEYS),
    "customer link": {"url"},
    "api-key add": {"id", "key"},
    "api-key list": {*API_KEY_KEYS, "scopes"},
    "session list": set(SESSION_KEYS),
    "webhooks add": {"id", "secret"},
    "webhooks rotate": {"id", "secret"},
    "webhooks list": {*ENDPOINT_KEYS, FAILURE},
    "review list": {field.name for field in fields(Item)} - set(WORDS),
}


def walk(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from walk(command, f"{before}{name} ")
        elif not command.hidden:
            yield f"{before}{name}", command


COMMANDS = dict(walk(main))


def section_of(name: str) -> str:
    page, heading = text_of("commands.md"), f"\n### {name}\n"
    assert page.count(heading) == 1, f"docs/commands.md needs one section {name}"
    return re.split(r"\n##+ ", page.split(heading)[1])[0]


def options_of(command: click.Command) -> dict[str, click.Option]:
    found = [param for param in command.params if isinstance(param, click.Option)]
    return {name: option for option in found for name in (*option.opts, *option.secondary_opts)}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_is_documented_with_its_arguments(name: str) -> None:
    command, section = COMMANDS[name], section_of(name)
    arguments = [param for param in command.params if isinstance(param, click.Argument)]

    assert command.help
    assert f"`tossbill {name}`" in section
    assert [argument.name for argument in arguments if f"`{argument.name}`" not in section] == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_options_of_a_command_are_documented_and_no_others(name: str) -> None:
    documented = OPTION_ROW.findall(section_of(name))

    assert sorted(documented) == sorted(options_of(COMMANDS[name]))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_required_options_are_marked_and_no_others(name: str) -> None:
    rows = OPTION_ROW.finditer(section_of(name))
    marked = [row[1] for row in rows if "| required |" in row[0]]

    options = options_of(COMMANDS[name]).items()
    assert marked == [option for option, found in options if found.required]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_an_option_is_documented_with_its_variable_and_default(name: str) -> None:
    rows = {row[1]: row[0] for row in OPTION_ROW.finditer(section_of(name))}

    for opt, option in options_of(COMMANDS[name]).items():
        assert option.help
        if option.envvar:
            assert f"`{option.envvar}`" in rows[opt]
        if not option.is_flag and isinstance(option.default, str | int):
            assert re.search(rf"\| `?{re.escape(str(option.default))}`? \|", rows[opt])


@pytest.mark.parametrize("option", sorted(options_of(main)))
def test_an_option_without_a_command_is_documented(option: str) -> None:
    assert f"`tossbill {option}`" in text_of("commands.md")


@pytest.mark.parametrize(
    "name", sorted(name for name in main.commands if main.commands[name].hidden)
)
def test_an_old_name_is_documented(name: str) -> None:
    page = text_of("commands.md")

    assert f"\n| `{name}` | [`" in page.split("\n## Old names\n")[1]


@pytest.mark.parametrize(
    "name", sorted(name for name in COMMANDS if "--json" in options_of(COMMANDS[name]))
)
def test_the_keys_of_a_json_document_are_documented(name: str) -> None:
    section = section_of(name)

    assert [key for key in KEYS[name] if not re.search(rf"[`\"]{key}[`\"]", section)] == []


def test_our_messages_name_no_command_that_does_not_exist() -> None:
    shown = [found for found in COMMAND.findall(our_sources()) if found[0] == "tossbill"]

    assert ("tossbill", "review", "list") in shown
    assert [found for found in shown if not exists(*found)] == []
