"""Every command, action and entity in the hours that the clocks repeat and skip: none breaks."""

from datetime import timedelta
import logging
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.toonami_downlink.const import DOMAIN
from tests.hostile.commands import ACTIONS, COMMANDS

from .harness import move_clock
from .panel_client import ask
from .test_clock_changes import QUARTER, Night, night

__all__ = ["night"]
DONE_ELSEWHERE: Final = {"credentials/rotate", "rotate_credentials", "refresh", "tuner"}
"""What would replace the feed or the entry, and takes no time of day."""
REFUSED: Final = {
    *("not_found", "follow_refused", "recording_refused", "address_refused", "bad_range"),
}
"""Answers about what is not there; not one of them is about a time."""
TIMED: Final = {"guide", "guide/programme", "guide/search", "airings", "past/search"}
"""What has to answer at every moment."""


@pytest.mark.timeout(120)
async def test_nothing_breaks(
    hass: HomeAssistant,
    night: Night,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    socket = await hass_ws_client(hass)
    for at in night.moments():
        await move_clock(hass, freezer, at)
        begun = int(night.start(at).timestamp())
        times = {"start": begun, "from": begun, "to": int((at + 6 * QUARTER).timestamp())}
        for name in COMMANDS.keys() - DONE_ELSEWHERE:
            fields = {key: times.get(key, value) for key, value in COMMANDS[name].fields.items()}
            answer = await ask(socket, name, **fields)
            code = "ok" if answer["success"] else answer["error"]["code"]
            assert code == "ok" or (name not in TIMED and code in REFUSED), (name, code, at)
        # As people write them: the clock on the wall, which may say so twice or not at all.
        walls = {
            "start": f"{night.local(night.start(at)):%Y-%m-%d %H:%M:%S}",
            "from": f"{night.local(at):%Y-%m-%d %H:%M:%S}",
            "to": f"{night.local(at + timedelta(hours=6)):%Y-%m-%d %H:%M:%S}",
        }
        for name in ACTIONS.keys() - DONE_ELSEWHERE:
            action = ACTIONS[name]
            data = {key: walls.get(key, value) for key, value in action.fields.items()}
            try:
                await hass.services.async_call(
                    DOMAIN, name, data, blocking=True, return_response=action.answers
                )
            except ServiceValidationError:
                # Nothing is recorded here, and what was never followed cannot be let go.
                assert name in {"record", "cancel_recording", "delete_recording", "unfollow"}
    await hass.async_block_till_done()
    ours = er.async_entries_for_config_entry(
        er.async_get(hass), night.coordinator.config_entry.entry_id
    )
    states = [hass.states.get(one.entity_id) for one in ours if not one.disabled]
    assert len(states) > 20
    assert [one for one in states if one is None or one.state == STATE_UNAVAILABLE] == []
    assert [one for one in caplog.records if one.levelno >= logging.ERROR or one.exc_info] == []
