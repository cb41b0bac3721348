"""The zip of a release, and its installation by hand."""

import fcntl
from io import BytesIO
import json
from pathlib import Path
import shutil
import subprocess
from zipfile import ZIP_DEFLATED, ZipFile

from scripts.lib.develop.home import INTEGRATION, ROOT, Home


def build() -> bytes:
    """Return what ``scripts/release`` builds from the newest commit."""
    # It writes to the same place each time, and tests run in several processes.
    with Path(__file__).open("rb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        done = subprocess.run(["scripts/release"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607  # below cwd
        return (ROOT / done.stdout.decode().strip()).read_bytes()


def stamped(release: bytes, version: str) -> bytes:
    """Return the same release with another number."""
    target = BytesIO()
    with (
        ZipFile(BytesIO(release)) as source,
        ZipFile(target, "w", ZIP_DEFLATED) as made,
    ):
        for member in source.infolist():
            body = source.read(member)
            if member.filename == "manifest.json":
                body = json.dumps({**json.loads(body), "version": version}).encode()
            made.writestr(member, body)
    return target.getvalue()


def installed(home: Home) -> Path:
    """Return the folder into which it is unpacked."""
    return home.folder / "custom_components" / INTEGRATION.name


def install(release: bytes, home: Home) -> None:
    """Unpack it in the place of what is there."""
    folder = installed(home)
    shutil.rmtree(folder, ignore_errors=True)
    with ZipFile(BytesIO(release)) as archive:
        archive.extractall(folder)


def installed_version(home: Home) -> str:
    """Return the version that is unpacked."""
    return str(json.loads((installed(home) / "manifest.json").read_bytes())["version"])
