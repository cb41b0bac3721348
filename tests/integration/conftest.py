"""What every test with Home Assistant needs."""

import pytest

# Before the `hass` fixture, else the test plugin's own custom_components package is found first.
import custom_components.toonami_downlink  # noqa: F401


@pytest.fixture(autouse=True)
def auto_enable_custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load the integration."""


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Give each test a configuration folder of its own: feeds are kept in there."""
    return hass_tmp_config_dir
