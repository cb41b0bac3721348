"""Check a page on a desktop and on a phone, light and dark."""

from typing import Final, Literal

from playwright.sync_api import Page, expect

from .axe import violations
from .browser import screenshot

VIEWPORTS: Final[dict[str, tuple[int, int, Literal["dark", "light"]]]] = {
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


def set_viewport(page: Page, viewport: str, themed: str) -> None:
    """Resize and recolour the page, and wait until the element `themed` follows."""
    width, height, scheme = VIEWPORTS[viewport]
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": height})
    host = expect(page.locator(themed).first)
    if scheme == "dark":
        host.to_have_attribute("dark", "")
    else:
        host.not_to_have_attribute("dark", "")
    page.evaluate(SETTLE)


def check_viewports(page: Page, name: str, themed: str, *, whole: str | None = None) -> None:
    """Check accessibility and overflow in each viewport, and keep a screenshot of each.

    `themed` selects the element with the attribute ``dark``, `whole` the one to check (`themed`).
    """
    for viewport in VIEWPORTS:
        set_viewport(page, viewport, themed)
        screenshot(page, f"{name}_{viewport}")
        assert violations(page, whole or themed) == [], f"{name}, {viewport}"
        assert page.locator(themed).first.evaluate(TOP) >= 0, f"{name} was pushed up: {viewport}"
        assert page.evaluate(OVERFLOW) <= 0, f"{name} is too wide: {viewport}"
