"""Render artwork/*.svg: the brand images, the channels' marks, and the slate."""

import base64
from collections.abc import Iterator
from io import BytesIO
import json
from pathlib import Path
import re
from typing import Final, NamedTuple
import xml.etree.ElementTree as ET

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from . import render_slate

ROOT: Final = Path(__file__).parents[2]
ARTWORK: Final = ROOT / "artwork"
INTEGRATION: Final = ROOT / "custom_components" / "toonami_downlink"
MARKS: Final = INTEGRATION / "frontend" / "channels" / "marks.json"
"""The channels' marks as the panel has them: all in one."""
HEIGHTS: Final = {"": 256, "@2x": 512}
"""Heights in pixels of the normal and the sharp brand images, as Home Assistant wants them."""
LOGO_HEIGHTS: Final = {"": 128, "@2x": 256}
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--force-color-profile=srgb", "--disable-lcd-text")


class Job(NamedTuple):
    """One PNG to make."""

    source: Path
    target: Path
    width: int
    height: int


def jobs() -> Iterator[Job]:
    """List every PNG that the repository holds."""
    brand = INTEGRATION / "brand"
    for name in ("icon", "dark_icon", "logo", "dark_logo"):
        source = ARTWORK / f"{name}.svg"
        heights = LOGO_HEIGHTS if name.endswith("logo") else HEIGHTS
        for suffix, height in heights.items():
            width = round(height * ratio(source))
            yield Job(source, brand / f"{name}{suffix}.png", width, height)
    for source in sorted((ARTWORK / "channels").glob("*.svg")):
        yield Job(source, INTEGRATION / "frontend" / "channels" / f"{source.stem}.png", 256, 256)


def marks() -> dict[str, str]:
    """Return the channels' marks as SVG without the spaces between elements, by key."""
    return {
        source.stem: re.sub(r">\s+<", "><", source.read_text("utf-8")).strip()
        for source in sorted((ARTWORK / "channels").glob("*.svg"))
        if source.stem != "other"
    }


def ratio(source: Path) -> float:
    """Return width through height of an SVG file."""
    box = ET.parse(source).getroot().attrib["viewBox"].split()  # noqa: S314  # our own files
    return float(box[2]) / float(box[3])


def render(page: Page, job: Job) -> None:
    """Draw one SVG and write it as a PNG with a transparent background."""
    data = base64.b64encode(job.source.read_bytes()).decode()
    page.set_viewport_size({"width": job.width, "height": job.height})
    page.set_content(
        "<style>body{margin:0}img{display:block;width:100vw;height:100vh}</style>"
        f'<img src="data:image/svg+xml;base64,{data}">'
    )
    page.wait_for_function("document.images[0].complete")
    image = Image.open(BytesIO(page.screenshot(omit_background=True)))
    job.target.parent.mkdir(parents=True, exist_ok=True)
    image.save(job.target, optimize=True)
    print(f"{job.target.relative_to(ROOT)}  {job.width}x{job.height}")


def main() -> None:
    """Render everything."""
    MARKS.write_text(json.dumps(marks(), indent=1) + "\n", "utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page()
        for job in jobs():
            render(page, job)
        render_slate.render(page)
        browser.close()


if __name__ == "__main__":
    main()
