"""Find the XMLTV document in what a provider wrote, and put it into UTF-8."""

import codecs
from collections import Counter
import re
from typing import Final

from ..errors import FeedError
from ..models import Fix
from .encoding import codec_named, codec_of_mark

FILE: Final = "guide"
"""What errors call the file."""
_HEAD: Final = 4096
"""Bytes within which a document has to begin, whatever stands before it."""
_DECLARATION: Final = b"<?xml"
_ROOTS: Final = (b"<tv", b"<!DOCTYPE tv")
_ENCODING: Final = re.compile(rb"encoding\s{0,20}=\s{0,20}[\"']([^\"'<>]{1,40})", re.ASCII)
_UTF8: Final = frozenset({"utf-8", "ascii", "utf-16"})
"""What a document in UTF-8 says that it is in; the last one comes from careless .NET programs."""
_AS_BROWSERS_DO: Final = {"iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874"}
"""What is read instead of an encoding that has control characters where Windows has quotation
marks and dashes: who says the former mostly writes the latter.

Source: https://encoding.spec.whatwg.org/#names-and-labels
"""
_WEB_PAGE: Final = re.compile(rb"<(?:!doctype\s{1,20}html|html|head|body)\b", re.IGNORECASE)


def find_document(data: bytes, flaws: Counter[Fix]) -> tuple[bytes, int]:
    """The document in UTF-8 from its first mark on, and the lines that stood before it.

    Counts in `flaws` what stood before it. Raises FeedError for a web page, and for an encoding
    that nobody knows.
    """
    if codec := codec_of_mark(data, "<"):
        data = data.decode(codec, "replace").encode()
    data = data.removeprefix(codecs.BOM_UTF8)
    head = data[:_HEAD].removeprefix(codecs.BOM_UTF8)
    if _WEB_PAGE.match(head.lstrip()):
        raise FeedError(FILE, "a web page, not XMLTV", line=1)
    begin = _beginning(data[:_HEAD])
    lines_before = data.count(b"\n", 0, begin)
    flaws[Fix.MARKUP] += begin > 0
    document = data[begin:]
    if codec or not document.startswith(_DECLARATION):
        return document, lines_before
    declaration, _, _ = document[:_HEAD].partition(b">")
    declared = _ENCODING.search(declaration)
    if not declared:
        return document, lines_before
    said = declared[1].decode("ascii", "replace").strip()
    name = codec_named(said)
    if not name:
        line = 1 + lines_before
        raise FeedError(FILE, f"the encoding {said} is not supported", line=line)
    if name.removesuffix("-le").removesuffix("-be") not in _UTF8:
        document = document.decode(_AS_BROWSERS_DO.get(name, name), "replace").encode()
    return document, lines_before


def _beginning(head: bytes) -> int:
    """Where the document begins: what a program said before it is not part of it."""
    begin = head.find(_DECLARATION)
    if begin >= 0:
        return begin
    begin = head.find(b"<")
    # White space may stand before a document that has no declaration.
    return begin if begin > 0 and head[:begin].strip() and head[begin:].startswith(_ROOTS) else 0
