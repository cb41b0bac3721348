"""What the panel is told and sent, at its limits: how many, how large, and to whom no more."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
import json
from typing import Any

from aiohttp import BodyPartReader
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import frontend
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    MockHAClientWebSocket,
)

from custom_components.toonami_downlink.const import DOMAIN, PANEL_PATH
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import (
    Cause,
    Programme,
    Progress,
    Stage,
)
from custom_components.toonami_downlink.engine.downlink.recording.model import State
from custom_components.toonami_downlink.panel import house as views
from custom_components.toonami_downlink.panel.files import File, digest
from custom_components.toonami_downlink.panel.files.modules import parse_all
from custom_components.toonami_downlink.panel.files.texts import share_out
from custom_components.toonami_downlink.panel.payloads import Search, overview, search
from custom_components.toonami_downlink.panel.recorded import Teller
from custom_components.toonami_downlink.recording.manager import Recordings, async_recordings
from custom_components.toonami_downlink.storage.aired_store import AiredStore
from custom_components.toonami_downlink.streaming.manager import Watcher

from .factories import MIDNIGHT, NOON, SLOT, make_feed
from .harness import NOW, Harness, limit_platforms, move_clock, setup_integration
from .moving.house import send
from .panel_client import DAY, START, ask, event
from .panel_recordings.helpers import code
from .recorded import make_recording
from .test_adopting import PLAYLIST
from .test_panel_modules import served, sources
from .test_panel_past import same_every_half_hour, show

pytestmark = pytest.mark.nightly


async def pushed(socket: MockHAClientWebSocket) -> list[dict[str, Any]]:
    """Return everything that was pushed until now."""
    events: list[dict[str, Any]] = []
    await socket.send_json_auto_id({"type": "ping"})
    while (message := await socket.receive_json())["type"] == "event":
        events.append(message["event"])
    assert message["type"] == "pong"
    return events


def change(coordinator: DownlinkCoordinator) -> None:
    """Change something that the first page is told, and tell all who listen."""
    settings = coordinator.settings
    coordinator.settings = replace(settings, users_may_watch=not settings.users_may_watch)
    coordinator.async_update_listeners()


async def test_who_has_left_is_told_nothing(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    answer = await ask(socket, "overview/subscribe")
    await event(socket)
    change(panel_coordinator)
    assert len(await pushed(socket)) == 1
    await socket.send_json_auto_id({"type": "unsubscribe_events", "subscription": answer["id"]})
    assert (await socket.receive_json())["success"]
    change(panel_coordinator)
    assert await pushed(socket) == []


async def test_nothing_is_told_of_what_was_before_a_reload(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    hass = panel_coordinator.hass
    await ask(socket, "overview/subscribe")
    await hass.config_entries.async_reload(panel_coordinator.config_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert {"loaded": False} in await pushed(socket)
    change(panel_coordinator)
    assert await pushed(socket) == []


async def test_what_moves_by_the_second_is_of_something_loaded(
    panel_coordinator: DownlinkCoordinator,
    socket: MockHAClientWebSocket,
    freezer: FrozenDateTimeFactory,
) -> None:
    assert panel_coordinator.data
    await ask(socket, "status/subscribe")
    await event(socket)
    panel_coordinator._set_progress(Progress(Stage.DETAILS, 1, 2))  # noqa: SLF001
    progress = {"stage": "details", "done": 1, "total": 2}
    assert await event(socket) == {"loaded": True, "running": False, "progress": progress}
    east = panel_coordinator.data.feed.channels[0]
    await panel_coordinator.streams.async_touch(east, Watcher("192.168.1.9", "VLC"))
    assert "status" in await event(socket)
    freezer.tick(2.1)
    async_fire_time_changed(panel_coordinator.hass)
    await panel_coordinator.hass.async_block_till_done()
    streams = await event(socket)
    assert (streams["loaded"], streams["streams"]["viewers"]) == (True, 1)


async def test_growth_is_told_every_five_seconds(
    panel_coordinator: DownlinkCoordinator,
    socket: MockHAClientWebSocket,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = make_recording(state=State.RECORDING, start=NOON, size=5)
    monkeypatch.setattr(Recordings, "items", (running,))
    await ask(socket, "recordings/subscribe", all=True)
    await event(socket)
    monkeypatch.setattr(Recordings, "items", (replace(running, size=9),))
    freezer.tick(5)
    async_fire_time_changed(panel_coordinator.hass)
    told = [one["size"] for push in await pushed(socket) for one in push["recordings"]]
    assert told == [9]


async def test_an_adopted_address_is_told_to_all(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    told: list[bool] = []
    panel_coordinator.async_add_listener(lambda: told.append(True))
    assert (await ask(socket, "credentials/adopt", address=PLAYLIST))["success"]
    assert told == [True]


async def test_values_at_their_limits(socket: MockHAClientWebSocket) -> None:
    rule, shown = {"kind": "show", "text": "x"}, {"channel": 1, "start": START}
    cases: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("guide", {"from": 0, "to": 1}, "ok"),
        ("guide/programme", {**shown, "start": 2**33}, "not_found"),
        ("guide/programme", {**shown, "start": 2**33 + 1}, "invalid_format"),
        ("guide/programme", {**shown, "channel": 2**31 - 1}, "not_found"),
        ("recordings/record", {"channel": 2**31 - 1}, "not_found"),
        ("recordings/rules/add", {**rule, "days": [3]}, "recording_refused"),
        ("follows/add", {**rule, "channel": "x"}, "follow_refused"),
        ("follows/add", {**rule, "channel": ""}, "invalid_format"),
        ("connect", {"device": "x"}, "ok"),
        ("connect", {"device": ""}, "invalid_format"),
    )
    for command, fields, expected in cases:
        assert code(await ask(socket, command, **fields)) == expected, (command, fields)


@pytest.mark.parametrize(("count", "expected"), [(20_000, "ok"), (20_001, "too_many_rows")])
async def test_twenty_thousand_rows_are_told(
    socket: MockHAClientWebSocket, monkeypatch: pytest.MonkeyPatch, count: int, expected: str
) -> None:
    async def rows(*_: object) -> dict[str, list[Programme]]:
        return {"toonami_east": [Programme(start=NOON, stop=NOON + SLOT, title="Trigun")] * count}

    monkeypatch.setattr(AiredStore, "async_guide", rows)
    assert code(await ask(socket, "guide", **{"from": START, "to": START + 1})) == expected


async def test_twenty_other_airings_are_told(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    show(panel_coordinator, same_every_half_hour(25 + 21))
    result = (await ask(socket, "airings", channel=5, start=START + DAY // 2))["result"]
    assert (len(result["also"]), result["more"]) == (20, True)


async def test_a_thousand_recordings_are_told(
    panel_coordinator: DownlinkCoordinator, monkeypatch: pytest.MonkeyPatch
) -> None:
    recordings = async_recordings(panel_coordinator.hass)
    assert recordings
    made = tuple(make_recording(identity=f"{n:016x}", number=n + 1) for n in range(1_001))
    monkeypatch.setattr(Recordings, "items", made)
    told = Teller(panel_coordinator, recordings, in_full=False).tell()
    assert (len(told["recordings"]), told["more"]) == (1_000, 1)


async def test_most_that_is_previewed(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    async def preview(**what: str) -> dict[str, Any]:
        result: dict[str, Any] = (await ask(socket, "follows/preview", **what))["result"]
        return result

    feed = make_feed(hours=96)
    trigun = same_every_half_hour(48).guide["mtv97"]
    show(panel_coordinator, replace(feed, guide={**feed.guide, "mtv97": trigun}))
    words = await preview(kind="words", text="show")
    assert (words["count"], len(words["showings"])) == (4 * 168, 500)
    (tonight,) = (await preview(kind="show", text="Trigun"))["showings"]
    assert len(tonight["others"]) == 20
    panel_coordinator.data = None
    assert await preview(kind="show", text="Trigun") == {"count": 0, "showings": []}


async def test_a_month_begins_on_its_first_day(
    panel_coordinator: DownlinkCoordinator,
    socket: MockHAClientWebSocket,
    freezer: FrozenDateTimeFactory,
) -> None:
    week = timedelta(days=7)
    assert (MIDNIGHT + week).day == 1
    await move_clock(panel_coordinator.hass, freezer, NOW + week)
    feed = same_every_half_hour(48)
    moved = [
        replace(one, start=one.start + week, stop=one.stop + week) for one in feed.guide["mtv97"]
    ]
    show(panel_coordinator, replace(feed, guide={**feed.guide, "mtv97": tuple(moved)}))
    await panel_coordinator.async_freeze()
    answer = await ask(socket, "airings", channel=5, start=START + 7 * DAY + DAY // 2)
    assert answer["result"]["month"] == 24


async def test_the_guide_begins_with_its_first_channel(
    panel_coordinator: DownlinkCoordinator,
) -> None:
    feed = make_feed()
    guide = {**feed.guide, "toonami_east": feed.guide["toonami_east"][2:]}
    show(panel_coordinator, replace(feed, guide=guide))
    told = overview(panel_coordinator)
    assert told["guide"]["from"] == START
    assert panel_coordinator.next_refresh
    assert told["next_refresh"] == int(panel_coordinator.next_refresh.timestamp())


def test_what_has_just_ended_is_found_last() -> None:
    starts = (NOW - 2 * SLOT, NOW - SLOT, NOW + SLOT)
    programmes = tuple(Programme(start=one, stop=one + SLOT, title="Trigun") for one in starts)
    feed = replace(make_feed(hours=0), guide={"snick_east": programmes})
    order = [int(starts[index].timestamp()) for index in (2, 1, 0)]
    assert [row[1] for row in search(feed, Search("trigun", 10), NOW)["results"]] == order
    (row,) = search(feed, Search("trigun", 10, by_title=True), NOW)["results"]
    # How many there are, and the channel of the first of them.
    assert row[:3] == (3, 3, order[0])


async def test_an_address_from_outside_is_told_without_one_of_the_house(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    config = panel_coordinator.hass.config
    assert config.api
    config.api.use_ssl = True  # no name of the house is known that the certificate is for
    await config.async_update(internal_url=None, external_url="https://tv.example.com")
    origins = (await ask(socket, "connect"))["result"]["origins"]
    assert origins == ["https://tv.example.com"]


async def test_a_house_that_was_replaced_is_refreshed(
    harness: Harness, hass_client: ClientSessionGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def replaced(*_: object) -> None:
        pass

    monkeypatch.setattr(views, "async_import", replaced)
    answer = await send(await hass_client(), "replace", passphrase="correct horse", file=b"x")
    await harness.hass.async_block_till_done(wait_background_tasks=True)
    assert (answer[0], json.loads(answer[1])) == (HTTPStatus.OK, {"loaded": True})
    assert [one.cause for one in harness.coordinator.history] == [Cause.PANEL]


async def test_a_form_has_two_minutes(
    harness: Harness,
    hass_client: ClientSessionGenerator,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arrived, left = asyncio.Event(), asyncio.Event()
    read = views._read  # noqa: SLF001  # when it begins, the time is running

    async def note(part: BodyPartReader, limit: int) -> bytes:
        arrived.set()
        return await read(part, limit)

    async def begun() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="passphrase"\r\n\r\nopen'
        await left.wait()

    async def fill_in() -> Any:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        url = f"/api/{DOMAIN}/house/export"
        async with admin.post(url, data=begun(), headers=headers) as answer:
            return await answer.json()

    async def is_answered(after: float) -> bool:
        freezer.tick(after)
        for _ in range(1_000):
            if answering.done():
                break
            await asyncio.sleep(0)
        return answering.done()

    monkeypatch.setattr(views, "_read", note)
    admin = await hass_client()
    answering = asyncio.create_task(fill_in())
    await arrived.wait()
    assert [await is_answered(seconds) for seconds in (119.5, 1)] == [False, True]
    assert await answering == {"error": "damaged"}
    left.set()


async def test_the_panel_is_trusted_with_nothing_and_goes_once(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    limit_platforms(monkeypatch, ())
    hass.config.components.add(frontend.DOMAIN)
    hass.data[frontend.DATA_EXTRA_MODULE_URL] = frontend.UrlManager(lambda *_: None, [])
    await setup_integration(hass, entry)
    config = hass.data[frontend.DATA_PANELS][PANEL_PATH].config
    assert config
    assert config["_panel_custom"]["trust_external"] is False
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await hass.config_entries.async_remove(entry.entry_id)
    assert "unknown panel" not in caplog.text


def test_a_digest_is_of_names_and_contents() -> None:
    assert digest({"a.js": File(b"x", None, "")}) == sha256(b"a.jsx").hexdigest()[:8]


def test_the_last_text_of_the_panel_is_in_its_part() -> None:
    files = sources(panel='import "./lib/strings.js";\nt("a.one");\n')
    files["i18n/en.json"] = b'{"a.one":"A","b.one":"B"}'
    assert share_out(parse_all(files), files)["i18n/en.panel.json"] == b'{"a.one":"A"}'


def test_what_others_made_exports_nothing_in_the_panel() -> None:
    text = served(
        sources(
            panel='import { a } from "./vendor/a.js";\nimport "./vendor/plain.js";\na();\n',
            vendor__a="var a=1;export{a};\n//# sourceMappingURL=a.map\n",
            vendor__plain="plain();\n",
        )
    )["panel.js"]
    assert "plain();" in text
    assert "export{" not in text
    assert "sourceMappingURL" not in text


def test_pages_import_what_they_need_and_no_more() -> None:
    pages = "".join(f'import("./ui/{name}.js");\n' for name in ("far", "near", "x", "y"))
    found = served(
        sources(
            panel=f'import "./lib/strings.js";\n{pages}',
            ui__far='import("./near.js");\n',
            ui__near="near();\n",
            ui__x='import { y } from "./y.js";\ny();\n',
            ui__y="export const y = 1;\n",
        )
    )
    # What loads something needs the texts for it, which are in the panel.
    assert '} from "../panel.js";' in found["ui/far.js"]
    assert "import" not in found["ui/near.js"]
    # A page that another one needs is in a file for both, and can still be asked for.
    assert '} from "../shared/ui/y.js";' in found["ui/y.js"]
    assert "export const { y } = tdl$" in found["ui/y.js"]
