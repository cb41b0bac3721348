"""What a refresh that somebody asked for and waits for tells them."""

from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN
from .engine.downlink.models import RefreshRecord


def raise_if_failed(record: RefreshRecord) -> None:
    """Raise a translated HomeAssistantError for a refresh that failed."""
    if record.error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=record.error,
            translation_placeholders={"message": record.message or ""},
        )
