"""Every scenario on every engine it speaks of: what is said there is what happens."""

import pytest

from tests.fanout.lab import ENGINES
from tests.fanout.scenarios import SCENARIOS, measure

CASES = [
    (id, engine) for id, scenario in SCENARIOS.items() for engine in ENGINES if engine in scenario.expected
]


@pytest.mark.parametrize(("id", "engine"), CASES, ids=[f"{id}-{engine}" for id, engine in CASES])
def test_scenario(id: str, engine: str) -> None:
    scenario = SCENARIOS[id]
    assert scenario.run(engine) == scenario.expected[engine]


def test_every_area_of_the_issue_is_there() -> None:
    areas = {
        "success",
        "failure",
        "time-out",
        "cancel",
        "limit",
        "nesting",
        "streaming",
        "shared input",
        "context variables",
    }
    assert {s.area for s in SCENARIOS.values()} == areas


def test_the_table_names_a_reason_for_each_difference_and_for_nothing_else() -> None:
    for row in measure():
        assert bool(row["reason"]) == any(
            row[e] != row["langchain"] for e in ENGINES if row[e] is not None
        ), row["id"]
