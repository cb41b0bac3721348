"""A house that records."""

from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TRACKS,
)
from custom_components.toonami_downlink.recording.manager import Recordings, async_recordings

from ..factories import make_entry


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "media" / "Toonami"
    (folder / TRACKS).mkdir(parents=True)
    return folder


@pytest.fixture
def entry(folder: Path, library: Path) -> MockConfigEntry:
    return make_entry(folder, recordings=True, recordings_folder=str(library))


@pytest.fixture
def recordings(panel_coordinator: DownlinkCoordinator) -> Recordings:
    found = async_recordings(panel_coordinator.hass)
    assert found
    return found
