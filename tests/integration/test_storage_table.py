"""Each file that is stored: of a newer version, of one before, empty, cut off.

None of it makes the house new without a word, and nothing that was there is lost.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
import json
import logging
from pathlib import Path
import shutil
from typing import Any, Final

from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, HomeAssistant
from homeassistant.helpers import issue_registry as ir, storage
import pytest

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.errors import NewerVersionError
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.storage.announced import AnnouncedStore
from custom_components.toonami_downlink.storage.credentials import CredentialStore
from custom_components.toonami_downlink.storage.followed import FollowStore
from custom_components.toonami_downlink.storage.recorded import RecordingStore
from custom_components.toonami_downlink.storage.state import State
from custom_components.toonami_downlink.storage.versioned_store import VersionedStore
from tests.night import by_night

from .released import LAYOUTS

NEWEST = max(LAYOUTS.iterdir())
REAL = {
    name: getattr(storage.Store, name)
    for name in ("_async_load", "_async_write_data", "async_remove")
}
"""Before the test plugin puts something in memory in their place."""

type Load = Callable[[HomeAssistant], Awaitable[object]]
LOADERS: Final[Mapping[str, Load]] = {
    "announced": lambda hass: AnnouncedStore(hass).async_load(),
    "credentials": CredentialStore.async_load,
    "follows": lambda hass: FollowStore(hass).async_load(),
    "passes": CredentialStore.async_load,
    "recordings": lambda hass: RecordingStore(hass).async_load(),
    "state": State.async_load,
}
"""What reads each file, by its name after the domain."""
EVERY_FILE = pytest.mark.parametrize("name", sorted(LOADERS))


@pytest.fixture
def folder(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The newest layout on a real disk, read and written by Home Assistant's real storage."""
    folder = Path(hass.config.path(storage.STORAGE_DIR))
    shutil.copytree(NEWEST / "storage", folder, dirs_exist_ok=True)
    with monkeypatch.context() as patch:
        for name, method in REAL.items():
            patch.setattr(storage.Store, name, method)
        yield folder


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob(f"{DOMAIN}.*")}


def test_the_table_has_every_file(folder: Path) -> None:
    assert contents(folder).keys() == {f"{DOMAIN}.{name}" for name in LOADERS}


@EVERY_FILE
async def test_what_is_whole_is_read_and_left_alone(
    hass: HomeAssistant, folder: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    before = contents(folder)
    await LOADERS[name](hass)
    assert contents(folder) == before
    assert problems(caplog) == []


@EVERY_FILE
async def test_of_a_newer_version(hass: HomeAssistant, folder: Path, name: str) -> None:
    path = folder / f"{DOMAIN}.{name}"
    stored = json.loads(path.read_text())
    path.write_text(json.dumps({**stored, "version": stored["version"] + 1}))
    before = contents(folder)
    with pytest.raises(NewerVersionError, match=path.name):
        await LOADERS[name](hass)
    assert contents(folder) == before


@EVERY_FILE
async def test_the_version_before_reads_it_or_refuses(
    hass: HomeAssistant, folder: Path, name: str
) -> None:
    """An earlier version knows fewer steps; where there was none, it knows the same layout."""
    before = contents(folder)
    version: int = json.loads(before[f"{DOMAIN}.{name}"])["version"]
    steps = [dict] * max(version - 2, 0)
    earlier = VersionedStore(hass, f"{DOMAIN}.{name}", steps)
    if version == 1:
        assert await earlier.async_load() == json.loads(before[earlier.key])["data"]
    else:
        with pytest.raises(NewerVersionError):
            await earlier.async_load()
    assert contents(folder) == before


def aside_of(path: Path) -> list[Path]:
    """Return what was kept of a file that is damaged."""
    return sorted(path.parent.glob(f"{path.name}.corrupt*"))


def stub(content: str) -> Callable[[str], str]:
    return lambda _whole: content


EMPTY: Final[Mapping[str, Callable[[str], str]]] = {
    "no bytes": stub(""),
    "blanks": stub(" \n"),
    "nothing": stub("null"),
    "an object": stub("{}"),
    "an object with blanks": stub("{\n}\n"),
    "a list": stub("[]"),
    "no data": lambda whole: json.dumps({**json.loads(whole), "data": {}}),
    "null for data": lambda whole: json.dumps({**json.loads(whole), "data": None}),
    "half": lambda whole: whole[: len(whole) // 2],
}


@EVERY_FILE
@pytest.mark.parametrize("kind", by_night(sorted(EMPTY), keep=["no bytes"]))
async def test_an_empty_stub_is_said_and_kept(
    hass: HomeAssistant, folder: Path, caplog: pytest.LogCaptureFixture, name: str, kind: str
) -> None:
    path = folder / f"{DOMAIN}.{name}"
    content = EMPTY[kind](path.read_text())
    path.write_text(content)
    others = {one: text for one, text in contents(folder).items() if one != path.name}

    await LOADERS[name](hass)

    kept = [one.read_text() for one in aside_of(path)]
    assert kept == [content]
    assert contents(folder).items() >= others.items()
    assert any(path.name in text for text in problems(caplog))
    (issue,) = (one for one in ir.async_get(hass).issues.values() if path.name in one.issue_id)
    assert (issue.domain, issue.translation_key) == (HOMEASSISTANT_DOMAIN, "storage_corruption")
    assert issue.issue_domain in {DOMAIN, HOMEASSISTANT_DOMAIN}
    if name in {"credentials", "passes"}:
        assert any("give" in text for text in problems(caplog))
        caplog.clear()
        await LOADERS[name](hass)
        assert problems(caplog) == []


@EVERY_FILE
async def test_what_was_put_aside_stays(hass: HomeAssistant, folder: Path, name: str) -> None:
    """A stub must not take the place of what was worth something."""
    path = folder / f"{DOMAIN}.{name}"
    aside = path.with_name(f"{path.name}.corrupt")
    aside.write_text("worth something")
    for _ in range(5):
        path.write_text("{}")
        await LOADERS[name](hass)
    assert aside.read_text() == "worth something"
    assert len(aside_of(path)) == 3


async def test_copies_go_with_the_file(hass: HomeAssistant, folder: Path) -> None:
    """There may be secrets in them."""
    for ending in (".corrupt", ".corrupt.2", ".corrupt.2026-11-24T12:00:00+00:00", ".v1", ".v12"):
        for name in LOADERS:
            (folder / f"{DOMAIN}.{name}{ending}").write_text("x")
    await CredentialStore.async_remove(hass)
    await State.async_remove(hass)
    for one in (FollowStore(hass), AnnouncedStore(hass), RecordingStore(hass)):
        await one.async_remove()
    assert contents(folder) == {}


async def test_copies_are_as_private_as_the_file(hass: HomeAssistant, folder: Path) -> None:
    path = folder / f"{DOMAIN}.credentials"
    path.chmod(0o600)
    stored = json.loads(path.read_text())
    stored["data"]["current"]["password"] = "short"
    path.write_text(json.dumps(stored))
    await CredentialStore.async_load(hass)
    (copy,) = aside_of(path)
    assert json.loads(copy.read_text()) == stored
    assert {one.stat().st_mode & 0o777 for one in (path, copy)} == {0o600}


async def test_a_device_that_lost_a_secret_keeps_the_new_one(
    hass: HomeAssistant, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = folder / f"{DOMAIN}.passes"
    stored = json.loads(path.read_text())
    (identity, *_) = stored["data"]["passes"]
    stored["data"]["passes"][identity]["password"] = None
    path.write_text(json.dumps(stored))

    first = await CredentialStore.async_load(hass)
    second = await CredentialStore.async_load(hass)

    assert first.of(identity) == second.of(identity)
    assert first.code(HOME) == second.code(HOME) == stored["data"]["codes"][HOME]
    assert len(problems(caplog)) == 1
    assert json.loads((folder / f"{path.name}.corrupt").read_text()) == stored


@pytest.mark.parametrize(
    "numbers",
    [
        {"other_night_owl": 101, "other_twin": 101},
        {"other_night_owl": 101, "other_yes": True},
        {"other_night_owl": 101, "other_none": 0},
        {"other_night_owl": 101, "other_text": "102"},
    ],
    ids=["twice", "a flag", "zero", "a text"],
)
async def test_numbers_that_cannot_be_used(
    hass: HomeAssistant,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    numbers: Mapping[str, Any],
) -> None:
    path = folder / f"{DOMAIN}.state"
    stored = json.loads(path.read_text())
    stored["data"]["numbers"] = numbers
    path.write_text(json.dumps(stored))

    for _ in range(2):
        state = await State.async_load(hass)
        assert state.lineup.assigned == {"other_night_owl": 101}

    assert json.loads((folder / f"{path.name}.corrupt").read_text()) == stored
    assert len(aside_of(path)) == 1
    assert f"{path.name}.corrupt" in problems(caplog)[0]


def problems(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
