"""The xmltv project's own tools, as judges of our guides (Debian's package xmltv-util)."""

from pathlib import Path
import shutil
import subprocess

import pytest

DTD = "/usr/share/xmltv/xmltv.dtd"
_VALIDATE = shutil.which("tv_validate_file")
_SORT = shutil.which("tv_sort")

needed = pytest.mark.skipif(not _VALIDATE or not _SORT, reason="needs the package xmltv-util")


def check(file: Path) -> None:
    """Fail if one of them has anything to say about a guide."""
    assert _VALIDATE
    assert _SORT
    validate = [_VALIDATE, "--dtd-file", DTD, str(file)]
    checked = subprocess.run(validate, capture_output=True, text=True, check=False)  # noqa: S603 # fixed
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "Validated ok.\n")
    ordered = subprocess.run([_SORT, str(file)], capture_output=True, text=True, check=True)  # noqa: S603 # fixed
    assert ordered.stderr == ""
