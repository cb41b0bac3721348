"""The options about recordings: the folder is judged before it is taken, and made only then."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.toonami_downlink.recording import options as recording_options
from custom_components.toonami_downlink.recording.folder import is_there
from custom_components.toonami_downlink.recording.manager import async_recordings

from .factories import make_entry
from .harness import setup_integration
from .test_config_flow import chosen, options_form


@pytest.fixture
def media(hass: HomeAssistant, tmp_path: Path) -> Path:
    """A media directory of Home Assistant, and nothing that speaks against it."""
    media = tmp_path / "media"
    media.mkdir()
    hass.config.media_dirs = {"local": str(media)}
    hass.config.allowlist_external_dirs = {str(media)}
    return media


async def say_nothing(*_: object) -> str:
    return ""


async def test_recordings_are_switched_on(
    hass: HomeAssistant, folder: Path, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is proposed, and made when they are switched on, not before."""
    monkeypatch.setattr(recording_options, "async_warning", say_nothing)
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    flow = hass.config_entries.options
    result = await options_form(hass, entry)
    assert result["data_schema"] is not None
    part = result["data_schema"].schema["recorded"].schema.schema
    proposed = next(key for key in part if key == "recordings_folder").default()
    assert proposed == str(media / "Toonami Downlink")
    assert list(media.iterdir()) == []  # noqa: ASYNC240
    for wrong, error in (
        ("Toonami Downlink", "recordings_folder_no_path"),
        (hass.config.path("www"), "recordings_folder_not_allowed"),
    ):
        given = chosen() | {"recorded": {"recordings": True, "recordings_folder": wrong}}
        result = await flow.async_configure(result["flow_id"], given)
        assert result["errors"] == {"base": error}
    given = chosen() | {"recorded": {"recordings": True, "recordings_folder": proposed}}
    result = await flow.async_configure(result["flow_id"], given)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert is_there(Path(proposed))
    await hass.async_block_till_done(wait_background_tasks=True)
    recordings = async_recordings(hass)
    assert recordings
    assert (recordings.is_on, recordings.space.folder) == (True, Path(proposed))


async def test_other_options_while_the_disk_is_away(
    hass: HomeAssistant, folder: Path, media: Path
) -> None:
    entry = make_entry(folder, recordings=True, recordings_folder=str(media / "away"))
    await setup_integration(hass, entry)
    result = await options_form(hass, entry)
    given = chosen() | {"recorded": {"recordings": True, "recordings_folder": str(media / "away")}}
    result = await hass.config_entries.options.async_configure(result["flow_id"], given)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not (media / "away").exists()
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_warning_is_read_before(hass: HomeAssistant, folder: Path, media: Path) -> None:
    """What speaks against a folder is said when it is chosen, with its sizes; once."""
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    hass.config.allowlist_external_dirs.add(hass.config.path("media"))
    flow = hass.config_entries.options
    result = await options_form(hass, entry)
    inside = {"recordings": True, "recordings_folder": hass.config.path("media/x")}
    given = chosen() | {"recorded": inside | {"recordings_gb": 70}}
    result = await flow.async_configure(result["flow_id"], given)
    assert result["errors"] == {"base": "recordings_warning"}
    assert result["description_placeholders"] is not None
    assert "up to 70 GB" in result["description_placeholders"]["warning"]
    result = await flow.async_configure(result["flow_id"], given)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    recordings = async_recordings(hass)
    assert recordings
    assert "up to 70 GB" in (recordings.space.warning or "")
