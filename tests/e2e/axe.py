"""axe-core, which finds what keeps people from using a page."""

from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

AXE: Final = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN: Final = """async (element, [tags, rules]) => {
  const { violations } = await axe.run(element, {
    runOnly: { type: "tag", values: tags },
    rules,
    resultTypes: ["violations"],
  });
  return violations.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map((node) => `${node.target.flat().join(" ")}: ${node.failureSummary}`),
  }));
}"""
STILL: Final = """() => document.getAnimations().every((one) =>
  one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity)"""
"""Whether nothing fades in or out: colours in between are no colours of ours."""
RULES: Final = {
    # The frame around the panel is Home Assistant's, and so are the page's title and landmarks.
    "page-has-heading-one": {"enabled": False},
    "region": {"enabled": False},
}


def violations(page: Page, selector: str) -> list[dict[str, Any]]:
    """Return what axe finds wrong below an element, shadow roots included."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text())
    page.wait_for_function(STILL)
    found: list[dict[str, Any]] = page.locator(selector).first.evaluate(RUN, [TAGS, RULES])
    return found
