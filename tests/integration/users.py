"""The kinds of users of Home Assistant."""

from typing import Final

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockUser

USERS: Final = ("administrator", "user", "read-only")


def user_of(hass: HomeAssistant, kind: str) -> MockUser:
    """Add a user of that kind."""
    user = MockUser(is_owner=kind == "administrator").add_to_hass(hass)
    if kind == "read-only":
        user.mock_policy({"entities": {"all": {POLICY_READ: True}}})
    elif kind == "user":
        user.mock_policy({"entities": {"all": True}})
    return user


async def token_of(hass: HomeAssistant, kind: str) -> str:
    """Return what a user of that kind sends to be known."""
    login = await hass.auth.async_create_refresh_token(user_of(hass, kind), "https://home.example")
    return hass.auth.async_create_access_token(login)
