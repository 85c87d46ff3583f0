"""The scenario files themselves: complete, and found by their name. Nothing runs."""

from __future__ import annotations

import json
import re
from functools import reduce
from typing import Any

from lab.catalogue import catalogue, weakness
from lab.scenario import Outcome, Trace
from lab.site.baseline import baseline
from lab.site.config import SiteConfig

SCENARIOS = list(catalogue())
# Weaknesses of which no log shows anything, with the reason.
UNSEEN = {"at-rest-plain": "who reads a disk speaks with no program that writes a log"}


def test_a_scenario_is_complete(scenario: str) -> None:
    part = weakness(scenario).scenario
    outcomes = [fix.outcome for fix in part.fixes]
    assert part.id == scenario
    assert outcomes.count(Outcome.REPAIRED) == 1
    assert len(outcomes) >= 3
    assert Outcome.STILL_OPEN in outcomes
    assert Outcome.STOPS_HOSPITAL in outcomes
    assert len({fix.id for fix in part.fixes}) == len(part.fixes)
    assert outcomes[0] is not Outcome.REPAIRED, "the first proposal is too easily the right one"
    assert len(part.hints) == 3
    assert part.references
    assert part.roles
    assert any(trace.pattern for trace in part.traces) is (scenario not in UNSEEN)
    assert all(name in SCENARIOS for name in part.also)


def test_the_catalogue_finds_a_scenario_by_its_file_name(scenario: str) -> None:
    module = weakness(scenario).probe_once.__module__
    assert module == "lab.scenarios." + scenario.replace("-", "_")


def test_every_fix_changes_the_broken_site(scenario: str) -> None:
    broken = weakness(scenario).scenario.broken(baseline())
    assert broken != baseline()
    for fix in weakness(scenario).scenario.fixes:
        assert fix.elsewhere or fix(broken) != broken, fix.id


def test_the_third_hint_is_the_right_repair(scenario: str) -> None:
    part = weakness(scenario).scenario
    if part.right_fix.elsewhere:
        return
    hinted = reduce(SiteConfig.changed, overlays_in(str(part.hints[-1])), part.broken(baseline()))
    assert hinted == part.right_fix(part.broken(baseline()))


def overlays_in(text: str) -> list[dict[str, Any]]:
    """The JSON objects that stand in a text."""
    found, decoder = [], json.JSONDecoder()
    while "{" in text:
        value, end = decoder.raw_decode(text := text[text.index("{") :])
        found.append(value)
        text = text[end:]
    return found


def test_trace_patterns_are_regular_expressions(scenario: str) -> None:
    def pattern(trace: Trace) -> str:
        return re.sub(r"\{[a-z]+\}", "", trace.pattern or "")

    assert all(re.compile(pattern(trace)) for trace in weakness(scenario).scenario.traces)
