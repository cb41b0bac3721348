"""The same page on a desktop and on a phone, light and dark."""

from typing import Final, Literal

from playwright.sync_api import Page, expect

from .axe import violations
from .browser import screenshot

LOOKS: Final[dict[str, tuple[int, int, Literal["dark", "light"]]]] = {
    "desktop_dark": (1280, 800, "dark"),
    "desktop_light": (1280, 800, "light"),
    "phone_light": (390, 844, "light"),
    "phone_dark": (390, 844, "dark"),
}
OVERFLOW: Final = "document.documentElement.scrollWidth - innerWidth"
TOP: Final = "element => element.getBoundingClientRect().top"
SETTLE: Final = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  const within = (root) => [root, ...[...root.querySelectorAll("*")]
    .flatMap(({ shadowRoot }) => (shadowRoot ? within(shadowRoot) : []))];
  const ending = within(document)
    .flatMap((root) => root.getAnimations())
    .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(ending.map(({ finished }) => finished));
}"""


def set_look(page: Page, look: str, themed: str) -> None:
    """Show the page in a look, and wait until the element that is dark or light is."""
    width, height, scheme = LOOKS[look]
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": height})
    host = expect(page.locator(themed).first)
    if scheme == "dark":
        host.to_have_attribute("dark", "")
    else:
        host.not_to_have_attribute("dark", "")
    page.evaluate(SETTLE)


def examine(page: Page, name: str, themed: str, *, whole: str | None = None) -> None:
    """See that everybody can use what is shown, in all looks, and keep a picture of each.

    `themed` is the element that knows whether it is dark, `whole` the one to examine.
    """
    for look in LOOKS:
        set_look(page, look, themed)
        screenshot(page, f"{name}_{look}")
        assert violations(page, whole or themed) == [], f"{name}, {look}"
        assert page.locator(themed).first.evaluate(TOP) >= 0, f"{name} was pushed up: {look}"
        assert page.evaluate(OVERFLOW) <= 0, f"{name} is too wide: {look}"
