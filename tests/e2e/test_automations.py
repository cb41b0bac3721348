"""What people build on the integration, in a real Home Assistant: blueprints, calendar triggers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scripts.lib.develop.feed import wait_for_feed
from scripts.lib.develop.flow import entry_id, set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.automations import (
    TIMEOUT,
    arrange,
    automate,
    enable_automations,
    from_blueprint,
    import_blueprints,
    last_run,
    notifications,
    ran_since,
)
from tests.e2e.file_provider import EAST, FAILURE, FileProvider, Show
from tests.e2e.vlc import vlc_player, watched

CALENDAR = "calendar.toonami_aftermath_east_guide"
NOW_PLAYING = "sensor.toonami_aftermath_east_now_playing"
NOTE = "toonami_downlink_refresh"
PUNCTUAL = timedelta(seconds=10)
"""What is later than that, even on a busy machine, goes by looking now and then."""


@dataclass(frozen=True, slots=True)
class Household:
    """A Home Assistant with blueprints, and a provider that brings what a test wants."""

    home: Home
    provider: FileProvider

    def refresh(self) -> dict[str, Any]:
        record: dict[str, Any] = self.home.client.command("toonami_downlink/refresh")
        return record


def quiet(until: datetime) -> Show:
    return Show(start=until - timedelta(hours=2), stop=until, title="Before")


def at_notification(title: str) -> list[dict[str, Any]]:
    return [
        {
            "action": "persistent_notification.create",
            "data": {
                "notification_id": title,
                "message": "{{ title }}|{{ episode }}|{{ channel }}",
            },
        }
    ]


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    folder = tmp_path_factory.mktemp("household")
    enable_automations(folder)
    provider = FileProvider(folder / "provider")
    provider.publish({EAST: [quiet(datetime.now(UTC) + timedelta(hours=1))]})
    home = Home(folder)
    try:
        home.start()
        set_up(home.client, "command", {"provider_command": provider.command})
        wait_for_feed(home.client)
        import_blueprints(home.client)
        yield Household(home, provider)
    finally:
        home.discard()


def test_blueprints_are_accepted(household: Household) -> None:
    listed = household.home.client.command("blueprint/list", domain="automation")
    ours = {path: known for path, known in listed.items() if path.startswith("toonami_downlink/")}

    assert len(ours) == 3
    assert [known for known in ours.values() if "error" in known] == []


@pytest.mark.nightly
def test_three_failures_are_told_and_the_end_of_them(household: Household) -> None:
    home, client = household.home, household.home.client
    event = "event.toonami_downlink_refresh"
    automate(home, "problem", from_blueprint("refresh_problem", refresh_event=event))
    told = {
        "action": "persistent_notification.create",
        "data": {"notification_id": "again", "title": "{{ title }}", "message": "{{ message }}"},
    }
    automate(
        home,
        "relief",
        from_blueprint("refresh_problem", refresh_event=event, recovered_actions=[told]),
    )
    household.provider.fail()

    for _ in range(2):
        assert household.refresh()["error"] == "provider_failed"
    assert NOTE not in notifications(client)
    household.refresh()
    wait_for(lambda: NOTE in notifications(client), "Nobody was told", TIMEOUT)
    note = notifications(client)[NOTE]
    assert note["title"] == "Toonami Downlink cannot be refreshed"
    assert note["message"].startswith("3 refreshes in a row have failed.")
    assert note["message"].endswith("The provider failed.")
    assert FAILURE not in note["message"]

    client.send("POST", f"/api/config/config_entries/entry/{entry_id(client)}/reload")
    wait_for_feed(client)
    household.refresh()
    assert notifications(client)[NOTE] == note  # and nobody was told once more

    household.provider.publish({EAST: [quiet(datetime.now(UTC) + timedelta(hours=1))]})
    assert household.refresh()["recovered"]
    wait_for(lambda: "again" in notifications(client), "Nobody was told of the end", TIMEOUT)
    relief = notifications(client)["again"]
    assert relief["title"] == "Toonami Downlink works again"
    assert relief["message"] == "The feed was refreshed after 4 failures in a row."
    wait_for(lambda: NOTE not in notifications(client), "The note was left", TIMEOUT)


def test_automations_run_at_the_second_a_programme_starts(
    household: Household, upstream: Upstream, tmp_path: Path
) -> None:
    home, client = household.home, household.home.client
    note = {"action": "persistent_notification.create", "data": {"message": "it starts"}}
    triggers: dict[str, dict[str, Any]] = {
        "started": {"trigger": "calendar.event_started", "target": {"entity_id": CALENDAR}},
        "calendar": {"trigger": "calendar", "entity_id": CALENDAR, "event": "start"},
        "sensor": {"trigger": "state", "entity_id": NOW_PLAYING, "to": "Cowboy Bebop"},
    }
    with vlc_player(home, tmp_path) as player:
        automations = {
            name: {"triggers": [trigger], "actions": [note]} for name, trigger in triggers.items()
        }
        automations["television"] = from_blueprint(
            "programme_start",
            guide=CALENDAR,
            titles=["bebop"],
            announcement=at_notification("starts"),
            screen={
                "entity_id": player.entity_id,
                "media_content_id": "media-source://toonami_downlink/1",
                "media_content_type": "application/vnd.apple.mpegurl",
            },
        )

        def announce(at: datetime) -> None:
            start = Show(
                start=at,
                stop=at + timedelta(hours=1),
                title="Cowboy Bebop",
                episode="Asteroid Blues",
            )
            stream = {EAST: f"{upstream.url}/est/playlist.m3u8"}
            household.provider.publish({EAST: [quiet(at), start]}, stream)
            assert household.refresh()["error"] is None
            for name, automation in automations.items():
                automate(home, name, automation)

        at = arrange(announce)
        wait_for(
            lambda: all(ran_since(home, name, at) for name in automations),
            "Not all automations ran",
            TIMEOUT,
        )

        late = {name: (last_run(home, name) or at) - at for name in automations}
        state = home.entities()[NOW_PLAYING]
        late["state"] = datetime.fromisoformat(state["last_changed"]) - at
        assert {
            name: delay for name, delay in late.items() if not timedelta() <= delay < PUNCTUAL
        } == {}
        assert state["state"] == "Cowboy Bebop"
        said = notifications(client)["starts"]["message"]
        assert said == "Cowboy Bebop|Asteroid Blues|Toonami Aftermath East"
        player.wait_until_playing()
        assert watched(home) == {("toonami_east", "VLC")}
