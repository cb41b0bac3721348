"""The issue of the repairs page about the disk that recordings are on."""

from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN, PANEL_PATH
from ..refreshing.issues import RECORDINGS_DISK
from ..refreshing.texts import markdown
from .library import Trouble

_TEXTS: Final = {trouble: f"{RECORDINGS_DISK}_{trouble.value}" for trouble in Trouble}


@callback
def async_update_issue(hass: HomeAssistant, trouble: Trouble | None, folder: Path) -> None:
    """Raise the issue, say something else in it, or clear it."""
    if trouble is None:
        ir.async_delete_issue(hass, DOMAIN, RECORDINGS_DISK)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        RECORDINGS_DISK,
        is_fixable=False,
        learn_more_url=f"homeassistant://{PANEL_PATH}/recordings",
        severity=ir.IssueSeverity.ERROR,
        translation_key=_TEXTS[trouble],
        translation_placeholders={"folder": markdown(str(folder))},
    )
