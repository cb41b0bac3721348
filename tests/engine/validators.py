"""Check a guide with the xmltv project's own tools (Debian's package xmltv-util)."""

from pathlib import Path
import subprocess
import tempfile

DTD = "/usr/share/xmltv/xmltv.dtd"


def check(guide: bytes) -> None:
    """Fail if one of them reports anything about a guide."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "guide.xml"
        file.write_bytes(guide)
        assert _output("tv_validate_file", "--dtd-file", DTD, str(file)) == "Validated ok.\n"
        assert _output("tv_sort", "--output", f"{folder}/sorted.xml", str(file)) == ""


def _output(*command: str) -> str:
    done = subprocess.run(  # noqa: S603  # fixed words and a file of our own
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.stdout if done.returncode == 0 else f"{done.returncode}: {done.stdout}"
