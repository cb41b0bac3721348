"""What the page behind a short address says, and which language and steps a browser gets."""

from collections.abc import Mapping
from enum import StrEnum
import json
from pathlib import Path
from typing import Final, TypedDict


class Device(StrEnum):
    """What shows the page."""

    TELEVISION = "television"
    PHONE = "phone"
    COMPUTER = "computer"


class Texts(TypedDict):
    """The page in one language."""

    type_this: str
    """Above the address."""
    only_here: str
    qr: str
    """What the QR code is, for those who do not see it."""
    scan: str
    television: list[str]
    """The steps there."""
    phone: list[str]
    computer: list[str]
    login: str
    """For players that do not take an address."""
    server: str
    username: str
    password: str


# Home Assistant imports this in a thread.
TEXTS: Final[Mapping[str, Texts]] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
)
_BY_SUBTAG: Final = {tag.partition("-")[0]: tag for tag in TEXTS}
_DEFAULT: Final = "en"
_HEADER_CHARS: Final = 512
"""What is looked at of an Accept-Language or a User-Agent."""
# Phones come after televisions: most of those are Android too.
_DEVICES: Final = (
    (
        Device.TELEVISION,
        (
            *("smart-tv", "smarttv", "smart tv", "googletv", "google tv", "android tv", "apple tv"),
            *("appletv", "tizen", "web0s", "webos", "hbbtv", "bravia", "crkey", "netcast"),
            *("; aft", "; mitv", "roku", "viera", "aquos", "shield android", "chromecast"),
        ),
    ),
    (Device.PHONE, ("iphone", "ipad", "android", "mobile")),
)


def language_of(accept_language: str) -> str:
    """Return the tag of the language of ours that an Accept-Language header likes best."""
    best, liked = _DEFAULT, 0.0
    for item in accept_language[:_HEADER_CHARS].lower().split(","):
        tag, _, parameter = item.partition(";")
        quality = _quality(parameter)
        own = _BY_SUBTAG.get(tag.strip().partition("-")[0])
        if own and quality > liked:
            best, liked = own, quality
    return best


def device_of(user_agent: str) -> Device:
    """Return what a browser runs on, as far as it says so."""
    folded = user_agent[:_HEADER_CHARS].casefold()
    for device, words in _DEVICES:
        if any(word in folded for word in words):
            return device
    return Device.COMPUTER


def _quality(parameter: str) -> float:
    """Read ``q=0.8`` (RFC 9110, 12.4.2); what is not one counts nothing."""
    name, _, value = parameter.partition("=")
    if not name.strip():
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if name.strip() == "q" and 0 < quality <= 1 else 0.0
