"""Find faults in guides, with the xmltv project's own programs, and in logs."""

from pathlib import Path
import re
import subprocess
from typing import Final

from lxml import etree

from scripts.lib.develop.feed import Entry

DTD: Final = Path("/usr/share/xmltv/xmltv.dtd")
_RECORD: Final = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+\S* (?P<level>[A-Z]+) ", re.MULTILINE)
_NOT_CORE: Final = "We found a custom integration"
_OURS: Final = "toonami_downlink"


def guide_complaints(guide: bytes, folder: Path) -> str:
    """Return what three programs report about a guide: nothing, if it is valid."""
    path = folder / "guide.xml"
    path.write_bytes(guide)
    commands = (
        ["tv_validate_file", "--dtd-file", str(DTD), str(path)],
        ["tv_sort", "--output", str(folder / "sorted.xml"), str(path)],
        ["xmllint", "--noout", "--dtdvalid", str(DTD), str(path)],
    )
    complaints = []
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode or done.stderr.strip():
            complaints.append(f"{command[0]} ({done.returncode}): {done.stderr or done.stdout}")
    return "\n".join(complaints)


def channel_ids(guide: bytes) -> set[str]:
    """Return the ids of a guide's channels."""
    return {channel.get("id", "") for channel in etree.fromstring(guide).iter("channel")}


def unmatched_ids(entries: list[Entry], guide: bytes) -> set[str]:
    """Return the ids that only the playlist or only the guide has."""
    return {entry.attributes["tvg-id"] for entry in entries} ^ channel_ids(guide)


def log_records(log: str) -> list[tuple[str, str]]:
    """Split a log into its records: level, and text with all its lines."""
    marks = list(_RECORD.finditer(log))
    ends = [*(mark.start() for mark in marks[1:]), len(log)]
    return [
        (mark["level"], log[mark.start() : end].rstrip())
        for mark, end in zip(marks, ends, strict=True)
    ]


def log_complaints(log: str) -> list[str]:
    """Return the records that are about us and are warnings or worse, or have a traceback."""
    return [
        text
        for level, text in log_records(log)
        if _NOT_CORE not in text
        and ("Detected blocking call" in text or _OURS in text)
        and level != "DEBUG"
        and (level != "INFO" or "Traceback" in text)
    ]
