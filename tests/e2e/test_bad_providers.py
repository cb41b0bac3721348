"""Provider commands that go wrong: the feed stays, and says why; the next good run mends it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
import sys
from typing import Any

import pytest

from scripts.lib.develop.feed import Access, fetch, wait_for_feed
from scripts.lib.develop.flow import entry_id, set_options, set_up
from scripts.lib.develop.home import ROOT, Home
from scripts.lib.develop.waiting import wait_for
from tests.e2e.assertions import log_complaints
from tests.night import by_night

pytestmark = pytest.mark.waits
BAD_CLI = ROOT / "tests" / "fakes" / "bad_cli.py"
FIRST_RETRY = 60
"""Seconds after a first failure."""


@dataclass(frozen=True, slots=True)
class Patient:
    """A Home Assistant whose provider does as it is told in a file."""

    home: Home
    access: Access
    mode: Path

    def refresh(self, mode: str) -> dict[str, Any]:
        """Refresh in a mode; return the record of it."""
        self.mode.write_text(mode, "utf-8")
        record: dict[str, Any] = self.home.client.command("toonami_downlink/refresh")
        return record

    def feed(self) -> tuple[bytes, bytes]:
        return fetch(self.access.playlist_url).body, fetch(self.access.guide_url).body

    def version(self) -> str | None:
        """Return what the provider says about itself; None before it was asked."""
        provider = self.home.client.get("/api/toonami_downlink/status")["provider"]
        version: str | None = provider["version"]
        return version

    def last_words(self) -> str:
        """Return what the provider wrote last, as administrators see it."""
        error = self.home.client.get("/api/toonami_downlink/status")["last_error"]
        return str(error["last_words"]) if error else ""

    def health(self) -> str:
        return str(self.home.client.get("/api/toonami_downlink/health")["status"])


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patient]:
    home = Home(tmp_path_factory.mktemp("patient"))
    mode = home.folder / "mode"
    mode.write_text("good", "utf-8")
    try:
        home.start()
        set_up(home.client, "command", {"provider_command": f"{sys.executable} {BAD_CLI} @{mode}"})
        set_options(home.client, {"provider_timeout": 30})
        patient = Patient(home, wait_for_feed(home.client), mode)
        # It is asked for in the background: a process, too.
        wait_for(patient.version, "The provider does not tell its version", 60)
        yield patient
    finally:
        home.discard()


@pytest.mark.parametrize(
    ("mode", "error", "said"),
    by_night(
        [
            pytest.param("exit3", "provider_failed", "connection refused", id="exit code 3"),
            pytest.param("hang", "provider_timed_out", "30 seconds", id="hangs, deaf to SIGTERM"),
            pytest.param("empty", "feed_refused", "playlist", id="empty files"),
            pytest.param("huge", "provider_failed", "too large", id="100 MiB"),
            pytest.param("symlink", "provider_output", "playlist", id="a link to elsewhere"),
            pytest.param("fifo", "provider_output", "guide", id="a pipe for a guide"),
            pytest.param("device", "provider_output", "guide", id="a device for a guide"),
            pytest.param("folder", "provider_output", "playlist", id="a folder for a playlist"),
            pytest.param("greedy", "provider_failed", "memoryerror", id="4 GiB of memory"),
            pytest.param("nothing", "provider_output", "playlist", id="no files"),
        ],
        keep=["exit code 3", "a pipe for a guide"],
    ),
)
def test_failure_leaves_the_feed_alone_and_the_next_run_recovers(
    patient: Patient, mode: str, error: str, said: str
) -> None:
    before = patient.feed()

    record = patient.refresh(mode)

    assert record["error"] == error
    words = f"{record['message']} {patient.last_words()}".lower()
    assert said in words.replace("index.m3u", "playlist").replace("index.xml", "guide")
    assert "\n" not in record["message"]
    assert "Traceback" not in record["message"]
    assert patient.feed() == before
    assert patient.health() == "degraded"
    assert patient.home.processes() == []

    assert patient.refresh("good")["recovered"]
    assert patient.health() == "ok"


@pytest.mark.parametrize(
    ("mode", "said"),
    by_night(
        [
            pytest.param("half", "guide", id="half a file"),
            pytest.param("html", "a web page", id="HTML for a guide"),
            pytest.param("bomb", "document type", id="entities of entities"),
            pytest.param("external", "document type", id="entity from a file"),
        ],
        keep=["entities of entities"],
    ),
)
def test_a_guide_beyond_repair_costs_the_guide_only(patient: Patient, mode: str, said: str) -> None:
    playlist, guide = patient.feed()

    record = patient.refresh(mode)

    assert record["error"] is None
    assert record["report"]["repairs"]["guide_refused"] == 1
    assert said in record["report"]["guide_error"]
    after = patient.feed()
    assert after[0] == playlist
    assert after[1].count(b"<programme") >= guide.count(b"<programme") // 2
    assert b"root:" not in after[1]
    assert patient.home.processes() == []

    assert patient.refresh("good")["report"].get("guide_error") is None


@pytest.mark.parametrize(
    "mode", by_night(["noise", "daemon", "swarm", "litter", "bytes"], keep=["daemon"])
)
def test_bad_manners_do_no_harm(patient: Patient, mode: str) -> None:
    assert patient.refresh(mode)["error"] is None
    assert patient.health() == "ok"
    assert patient.home.processes() == []


@pytest.mark.nightly
def test_failure_is_made_good_without_anybody_doing_anything(patient: Patient) -> None:
    assert patient.refresh("exit3")["error"] == "provider_failed"
    patient.mode.write_text("good", "utf-8")

    wait_for(lambda: patient.health() == "ok", "It did not retry", FIRST_RETRY + 30)


def test_failures_are_logged_without_a_traceback(patient: Patient) -> None:
    patient.refresh("exit3")
    complaints = log_complaints(patient.home.log)
    patient.refresh("good")

    assert complaints
    assert [text for text in complaints if "Traceback" in text or "blocking call" in text] == []


def test_first_run_that_fails_is_told_in_the_dialog(
    make_home: Callable[[], Home],
) -> None:
    home = make_home()
    home.start()
    command = f"{sys.executable} {BAD_CLI} exit3"

    with pytest.raises(Exception, match="connection refused"):
        set_up(home.client, "command", {"provider_command": command})
    assert entry_id(home.client) is None
