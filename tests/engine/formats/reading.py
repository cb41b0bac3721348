"""Guides as providers write them, read."""

from downlink.formats.xmltv_reader import ParsedGuide, parse_xmltv
from downlink.models import Programme

START = '<programme start="20261014120000 +0000" stop="20261014123000 +0000" channel="1">'


def parse(inner: str, *, head: str = "") -> ParsedGuide:
    return parse_xmltv(f"{head}<tv>{inner}</tv>".encode())


def programme(inner: str) -> Programme:
    (found,) = parse(f"{START}{inner}</programme>").programmes["1"]
    return found
