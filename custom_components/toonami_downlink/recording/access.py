"""Who may record."""

from homeassistant.core import Context

from ..coordinator import DownlinkCoordinator


async def async_may_record(coordinator: DownlinkCoordinator, context: Context) -> bool:
    """Whether whoever asks may record and cancel: who may watch in the panel may.

    Without a user, as from automations and satellites, it is the house that asks.
    """
    if context.user_id is None or coordinator.settings.users_may_watch:
        return True
    user = await coordinator.hass.auth.async_get_user(context.user_id)
    return user is not None and user.is_admin
