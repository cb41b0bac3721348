"""The panel and the card are announced to the front end, and their files are served."""

from http import HTTPStatus
import json
from pathlib import Path
import re
import shutil

from homeassistant.components import frontend
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.toonami_downlink.const import PANEL_PATH
from custom_components.toonami_downlink.panel import registration
from custom_components.toonami_downlink.panel.files import digest, read_files
from custom_components.toonami_downlink.panel.payloads import ASSETS
from custom_components.toonami_downlink.panel.registration import FRONTEND_DIR

from .factories import make_entry, make_feed, write_provider_files
from .harness import limit_platforms, setup_integration


@pytest.fixture
def extra_urls(hass: HomeAssistant) -> set[str]:
    """The front end's list of modules, where the front end itself is not installed."""
    urls: set[str] = set()
    hass.config.components.add(frontend.DOMAIN)

    def on_change(change: str, url: str) -> None:
        (urls.add if change == "added" else urls.discard)(url)

    hass.data[frontend.DATA_EXTRA_MODULE_URL] = frontend.UrlManager(on_change, [])
    return urls


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A provider's folder; and no entities, which nobody looks at here."""
    limit_platforms(monkeypatch, ())
    write_provider_files(tmp_path / "provider", make_feed())
    return tmp_path / "provider"


async def test_panel_and_card_come_and_go_with_the_entry(
    hass: HomeAssistant,
    folder: Path,
    extra_urls: set[str],
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)

    panel = hass.data[frontend.DATA_PANELS][PANEL_PATH]
    assert panel.sidebar_title == "Toonami Downlink"
    assert not panel.require_admin
    assert panel.config
    config = panel.config["_panel_custom"]
    assert config["name"] == "toonami-downlink-panel"
    assert config["handle_safe_area"]
    assert not config["embed_iframe"]
    base = config["module_url"].removesuffix("/panel.js")
    assert base.startswith("/toonami_downlink_static/1.0.0-")
    assert extra_urls == {f"{base}/card.js"}

    client = await hass_client_no_auth()
    for path, content_type in (
        ("panel.js", "text/javascript"),
        ("card.js", "text/javascript"),
        ("ui/card-body.js", "text/javascript"),
        ("i18n/es.panel.json", "application/json"),
    ):
        answer = await client.get(f"{base}/{path}")
        assert answer.status == HTTPStatus.OK, path
        assert answer.content_type in (content_type, "application/javascript"), path
        assert "max-age" in answer.headers["Cache-Control"], path

    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert PANEL_PATH not in hass.data[frontend.DATA_PANELS]
    assert extra_urls == set()

    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert PANEL_PATH in hass.data[frontend.DATA_PANELS]
    assert extra_urls == {f"{base}/card.js"}

    await hass.config_entries.async_remove(entry.entry_id)
    assert PANEL_PATH not in hass.data[frontend.DATA_PANELS]
    assert extra_urls == set()


async def test_files_that_are_replaced_before_the_restart(
    hass: HomeAssistant,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """A browser never gets files of two versions below one address."""
    installed = tmp_path / "frontend"
    shutil.copytree(FRONTEND_DIR, installed)
    monkeypatch.setattr(registration, "FRONTEND_DIR", installed)
    await setup_integration(hass, make_entry(folder))
    base = hass.data[ASSETS]
    old = read_files(installed)["panel.js"].content
    (installed / "panel.js").write_bytes(b"console.log(2);")
    (installed / "ui" / "card-body.js").unlink()
    (installed / "card.js").write_bytes(b"")
    (installed / "new.js").write_bytes(b"")

    client = await hass_client_no_auth()
    answer = await client.get(f"{base}/panel.js")
    assert await answer.read() == old
    assert (await client.get(f"{base}/ui/card-body.js")).status == HTTPStatus.OK
    assert (await client.head(f"{base}/ui/card-body.js")).status == HTTPStatus.OK
    for path in ("new.js", "../manifest.json", "%2e%2e/manifest.json", "ui", ""):
        answer = await client.get(URL(f"{base}/{path}", encoded=True))
        assert answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST), path
    assert digest(read_files(installed)) != base.rpartition("-")[2]


def test_the_address_is_that_of_the_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rollback has the address again that browsers know it by."""
    installed = tmp_path / "frontend"
    shutil.copytree(FRONTEND_DIR, installed)
    monkeypatch.setattr(registration, "FRONTEND_DIR", installed)
    digests = []
    original = (installed / "card.js").read_bytes()
    for content in (original, original + b"f();", original):
        (installed / "card.js").write_bytes(content)
        digests.append(digest(read_files(installed)))
    assert digests[0] == digests[2] != digests[1]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "gzip"), ("br", None), ("", None)],
)
async def test_who_takes_it_gets_it_compressed(
    hass: HomeAssistant,
    folder: Path,
    hass_client_no_auth: ClientSessionGenerator,
    accepted: str,
    encoding: str | None,
) -> None:
    await setup_integration(hass, make_entry(folder))
    file = read_files(FRONTEND_DIR)["panel.js"]
    client = await hass_client_no_auth()

    for method in ("GET", "HEAD"):
        answer = await client.request(
            method, f"{hass.data[ASSETS]}/panel.js", headers={"Accept-Encoding": accepted}
        )
        sent = file.gzipped if encoding else file.content
        assert sent
        assert answer.headers.get("Content-Encoding") == encoding
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert int(answer.headers["Content-Length"]) == len(sent)
        assert await answer.read() == (file.content if method == "GET" else b"")


async def test_nobody_is_sent_away_by_a_reload(
    hass: HomeAssistant, folder: Path, extra_urls: set[str]
) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    events = async_capture_events(hass, frontend.EVENT_PANELS_UPDATED)

    assert await hass.config_entries.async_unload(entry.entry_id)
    assert PANEL_PATH in hass.data[frontend.DATA_PANELS]
    assert len(extra_urls) == 1

    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert PANEL_PATH in hass.data[frontend.DATA_PANELS]
    assert len(extra_urls) == 1
    assert events == []


async def test_a_panel_that_is_there_stays(
    hass: HomeAssistant, folder: Path, extra_urls: set[str]
) -> None:
    frontend.async_register_built_in_panel(hass, "iframe", frontend_url_path=PANEL_PATH)

    await setup_integration(hass, make_entry(folder))

    assert hass.data[frontend.DATA_PANELS][PANEL_PATH].component_name == "iframe"
    assert extra_urls == set()


async def test_without_a_front_end(hass: HomeAssistant, folder: Path) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)

    assert PANEL_PATH not in hass.data.get(frontend.DATA_PANELS, {})
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize(
    "key",
    [
        "toonami_east",
        "toonami_west",
        "snick_east",
        "snick_west",
        "mtv97",
        "movies",
        "radio",
        "other",
    ],
)
async def test_logos(
    hass: HomeAssistant,
    folder: Path,
    hass_client_no_auth: ClientSessionGenerator,
    key: str,
) -> None:
    await setup_integration(hass, make_entry(folder))
    client = await hass_client_no_auth()

    answer = await client.get(f"/api/toonami_downlink/logos/{key}.png")

    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "image/png"
    content = await answer.read()
    assert content == (FRONTEND_DIR / "channels" / f"{key}.png").read_bytes()
    width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
    assert (width, height) == (256, 256)


def test_the_panel_has_the_marks_that_were_drawn() -> None:
    """``scripts/artwork`` brings them up to date."""
    drawn = {
        source.stem: re.sub(r">\s+<", "><", source.read_text("utf-8")).strip()
        for source in (FRONTEND_DIR.parents[2] / "artwork" / "channels").glob("*.svg")
    }
    del drawn["other"]

    assert json.loads((FRONTEND_DIR / "channels" / "marks.json").read_bytes()) == drawn


@pytest.mark.parametrize(
    ("name", "height"),
    [
        pytest.param(f"{dark}{what}{sharp}.png", size * (2 if sharp else 1))
        for dark in ("", "dark_")
        for what, size in (("icon", 256), ("logo", 128))
        for sharp in ("", "@2x")
    ],
)
def test_brand_images(name: str, height: int) -> None:
    content = (FRONTEND_DIR.parent / "brand" / name).read_bytes()

    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[20:24]) == height
