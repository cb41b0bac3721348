"""A week of recordings in fast time, on a station where much goes wrong; see `week.simulation`.

`scripts/chaos --week` lives through a whole one. Here are some hours of it: with all faults, in
both nights in which the clocks change, and with a guide that is refreshed a thousand times.
"""

from collections.abc import Sequence
import json
import os
from pathlib import Path
from typing import Any

from _pytest.mark import ParameterSet
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from tests.night import by_night

from .week.faults import FAULTS
from .week.simulation import AHEAD, BACK, Plan, simulate

SHORT = (
    Plan(seed=1, days=0.4, airings=13, faults=10, refreshes=40, change=BACK),
    Plan(seed=2, days=0.4, airings=12, faults=10, refreshes=40, change=AHEAD),
    Plan(seed=3, days=0.2, airings=4, faults=0, refreshes=1000),
)


def plans() -> Sequence[ParameterSet]:
    """Return what is to be simulated: what ``scripts/chaos`` asks for, or the short form."""
    if not (asked := os.environ.get("WEEK")):
        return by_night([pytest.param(plan, id=f"{plan.seed}") for plan in SHORT], keep=["1"])
    values = json.loads(asked)
    plan = Plan(**values, change=AHEAD if values["seed"] % 2 else BACK)
    return [pytest.param(plan, id=f"{plan.seed}")]


@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("plan", plans())
async def test_each_airing_is_one_file_and_nothing_is_claimed(
    plan: Plan,
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    report = await simulate(plan, hass, freezer, monkeypatch, tmp_path)
    print(report.text())
    assert report.problems == []
    assert not plan.faults or set(report.faults) == set(FAULTS)
