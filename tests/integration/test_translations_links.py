"""Where the texts of repairs lead."""

import re

import pytest

from custom_components.toonami_downlink.const import PANEL_PATH

from .test_translations import LANGUAGES, read

PAGES = {"old_credentials_in_use": "connect", "channel_silent": "status"}
"""The page of the panel that a text names, by the issue's key."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_issues_lead_to_the_pages_that_they_name(language: str) -> None:
    links = {
        key: re.findall(r"\]\((/.*?)\)", issue.get("description", ""))
        for key, issue in read(language)["issues"].items()
    }
    assert {key: found for key, found in links.items() if found} == {
        key: [f"/{PANEL_PATH}/{page}"] for key, page in PAGES.items()
    }
