"""The kinds of users of Home Assistant."""

from contextvars import Context, copy_context
from typing import Any, Final

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.websocket_api import current_connection
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


def asked_by_a_child() -> Context:
    """Return the context in which Home Assistant does what the page of a child asks for."""
    child: Any = "a child"
    context = copy_context()
    context.run(current_connection.set, child)
    return context
