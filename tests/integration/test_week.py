"""A week of recordings in fast time, on a station with faults; see `week.simulation`."""

import os
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from .week.simulation import Plan, simulate


@pytest.mark.timeout(7200)
async def test_a_week(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    plan = Plan(
        seed=int(os.environ.get("WEEK_SEED", "7")),
        airings=int(os.environ.get("WEEK_AIRINGS", "25")),
    )
    report = await simulate(plan, hass, freezer, monkeypatch, tmp_path)
    print(report.text())
    assert report.problems == []
