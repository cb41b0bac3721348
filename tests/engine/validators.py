"""The xmltv project's own tools, as judges of our guides (Debian's package xmltv-util)."""

from pathlib import Path
import subprocess
import tempfile

DTD = "/usr/share/xmltv/xmltv.dtd"


def check(guide: bytes) -> None:
    """Fail if one of them has anything to say about a guide."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "guide.xml"
        file.write_bytes(guide)
        assert _said("tv_validate_file", "--dtd-file", DTD, str(file)) == "Validated ok.\n"
        assert _said("tv_sort", "--output", f"{folder}/sorted.xml", str(file)) == ""


def _said(*command: str) -> str:
    done = subprocess.run(  # noqa: S603  # fixed words and a file of our own
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.stdout if done.returncode == 0 else f"{done.returncode}: {done.stdout}"
