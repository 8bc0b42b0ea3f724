"""Each row of "Where a change goes" has a test that notices a change made by half."""

from __future__ import annotations

import ast
import re

import pytest

from tossbill_ui.build import ROOT

# The beginning of a row, and what notices a change that is made by half.
GUARDS = {
    "explain a failed event": (
        "ui/test_failures.py::test_failed_press_is_explained_and_frees_the_buttons"
    ),
    "reword a text": "ui/test_text.py::test_a_text_says_the_same_in_both_languages",
    "add a Toss code": "toss/test_codes.py::test_every_code_has_the_meaning_of_the_contract",
    "call another endpoint": (
        "docs/test_sandbox_docs.py::test_an_endpoint_is_compared_with_that_of_toss"
    ),
    "add an interval": "architecture/test_enums.py::test_plan_of_every_interval_is_sold",
    "change when a declined payment": (
        "subscriptions/test_dunning.py::test_soft_declines_are_retried_after_1_3_7_and_14_days"
    ),
    "change when something is allowed": (
        "subscriptions/lifecycle/test_transitions.py"
        "::test_transition_leads_to_the_status_in_the_table"
    ),
    "change what a period costs": (
        "subscriptions/lifecycle/test_pricing.py::test_amount_below_the_minimum_is_not_collected"
    ),
    "change until when a subscription works": (
        "subscriptions/test_state.py::test_every_status_on_every_day_is_what_the_page_says"
    ),
    "change what a customer may do": (
        "subscriptions/test_ownership.py::test_others_neither_see_nor_change_a_subscription"
    ),
    "add a refusal code": (
        "architecture/test_enums.py::test_every_refusal_has_words_and_a_row_in_the_docs"
    ),
    "add an event type": (
        "architecture/test_enums.py::test_every_event_has_a_line_in_the_history_or_a_reason_not_to"
    ),
    "notify customers": "architecture/test_enums.py::test_every_member_has_words",
    "show another field": "ui/test_views.py::test_every_field_of_every_view_has_text",
    "show another kind of line": (
        "subscriptions/test_timeline.py::test_history_is_one_list_newest_first"
    ),
    "show shops another field": (
        "resources/test_models.py::test_field_has_a_description_an_example_and_a_unit"
    ),
    "let programs do something": (
        "api/test_scopes.py::test_every_route_wants_its_scope_and_no_other_opens_it"
    ),
    "change who may see": "core/test_actor.py::test_customers_see_only_their_own_rows",
    "add a page": "architecture/test_pages.py::test_page_has_route_title_and_first_paint",
    "add a component": "docs/test_design_system.py::test_every_component_is_shown",
    "store something": (
        "attacks/test_growth.py::test_tables_that_strangers_make_grow_have_a_retention_rule"
    ),
    "store something about a person": (
        "privacy/test_privacy.py::test_every_table_is_in_one_list_of_each_right"
    ),
    "change a table": (
        "architecture/test_check_constraints.py::test_migrations_lead_to_the_checks_of_the_models"
    ),
    "add a setting": "docs/test_docs.py::test_a_setting_is_documented_with_its_default",
    "add a command": "docs/test_command_docs.py::test_a_command_is_documented_with_its_arguments",
    "add a command for operators": (
        "docs/test_command_docs.py::test_the_options_of_a_command_are_documented_and_no_others"
    ),
    "add periodic work": "worker/test_engine.py::test_job_runs_at_startup_and_then_on_schedule",
    "add a metric": "metrics/test_metrics.py::test_every_metric_is_documented",
    "make a decision": "docs/test_architecture.py::test_every_decision_is_listed_by_its_title",
}


def rows() -> list[str]:
    page = (ROOT / "docs" / "architecture.md").read_text()
    table = page.split("## Where a change goes")[1].split("\n## ")[0]
    found = re.findall(r"^\| ([^|]+?) \|", table, re.MULTILINE)
    return [row for row in found if row != "to …" and not row.startswith("-")]


def test_every_row_has_a_guard_and_every_guard_a_row() -> None:
    listed = rows()

    assert len(listed) == len(GUARDS)
    for row, beginning in zip(listed, GUARDS, strict=True):
        assert row.startswith(beginning)


@pytest.mark.parametrize("guard", GUARDS.values())
def test_guard_exists(guard: str) -> None:
    file, name = guard.split("::")
    tree = ast.parse((ROOT / "tests" / file).read_text())

    assert name in {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
