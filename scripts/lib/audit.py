"""Ask the advisory database of OSV about the tools that pyproject.toml pins, with pip-audit.

What Home Assistant pins is its own business. Where the database cannot be reached, that is said and
nothing fails; the check runs again with the next change, and every night.

    python scripts/lib/audit.py     uv has to be on the path; OSV_URL names another database
"""

import json
import os
from pathlib import Path
import re
import subprocess
import sys
import tempfile
import tomllib
from typing import Any, Final
from urllib.request import Request, urlopen

PIP_AUDIT: Final = "pip-audit==2.10.1"
PROJECT: Final = Path(__file__).resolve().parents[2] / "pyproject.toml"
DATABASE: Final = "https://api.osv.dev/v1/query"
KNOWN: Final = {"package": {"name": "jinja2", "ecosystem": "PyPI"}, "version": "2.4.1"}
"""A package with advisories: whatever answers without them is not the database."""
ASK_SECONDS: Final = 5
AUDIT_SECONDS: Final = 120
_PIN: Final = re.compile(r"(?!home-?assistant|pytest-homeassistant)[a-z0-9-]+==[\w.]+")


def pins() -> list[str]:
    """Return what pyproject.toml pins to one version, Home Assistant aside."""
    groups = tomllib.loads(PROJECT.read_text("utf-8"))["dependency-groups"].values()
    words = {word for group in groups for word in group if isinstance(word, str)}
    return sorted(word for word in words if _PIN.fullmatch(word))


def is_reachable(database: str) -> bool:
    """Whether the database knows what everybody knows."""
    if not database.startswith(("http://", "https://")):
        return False
    request = Request(database, json.dumps(KNOWN).encode())  # noqa: S310  # looked at above
    try:
        with urlopen(request, timeout=ASK_SECONDS) as answer:  # noqa: S310  # as above
            return bool(json.load(answer)["vulns"])
    except KeyError, OSError, TypeError, ValueError:
        return False


def audit(database: str, requirements: list[str]) -> list[dict[str, Any]] | None:
    """Return the requirements that there are advisories for; None when that cannot be found out."""
    with tempfile.TemporaryDirectory() as folder:
        listed, found = Path(folder) / "requirements.txt", Path(folder) / "found.json"
        listed.write_text("\n".join(requirements), "utf-8")
        command = [
            *("uv", "tool", "run", "--quiet", "--python", sys.executable, PIP_AUDIT),
            *("--requirement", str(listed), "--no-deps", "--disable-pip", "--progress-spinner"),
            *("off", "--vulnerability-service", "osv", "--osv-url", database),
            *("--format", "json", "--output", str(found)),
        ]
        try:
            subprocess.run(  # noqa: S603  # the command is ours
                command, timeout=AUDIT_SECONDS, check=False, stderr=subprocess.DEVNULL
            )
            seen = json.loads(found.read_text("utf-8"))["dependencies"]
        except KeyError, OSError, ValueError, subprocess.TimeoutExpired:
            return None
        return [one for one in seen if one.get("vulns")]


def main() -> int:
    """Print the advisories; return the exit code."""
    database = os.environ.get("OSV_URL", DATABASE)
    found = audit(database, pins()) if is_reachable(database) else None
    if found is None:
        print("not audited: the advisory database cannot be reached")
        return 0
    for one in found:
        names = ", ".join(advisory["id"] for advisory in one["vulns"])
        print(f"{one['name']} {one['version']}: {names}")
    print(f"{len(pins())} pins, {len(found)} with advisories")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
