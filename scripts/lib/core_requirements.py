"""Print what the named integrations of Home Assistant, and all that they depend on, require."""

import importlib.util
import json
from pathlib import Path
import sys


def main(wanted: list[str]) -> None:
    """Walk the manifests of the installed Home Assistant."""
    spec = importlib.util.find_spec("homeassistant")
    if spec is None or spec.origin is None:
        sys.exit("Home Assistant is not installed in this environment")
    components = Path(spec.origin).parent / "components"
    seen: set[str] = set()
    requirements: set[str] = set()
    while wanted:
        domain = wanted.pop()
        if domain in seen:
            continue
        seen.add(domain)
        manifest = json.loads((components / domain / "manifest.json").read_bytes())
        requirements.update(manifest.get("requirements", []))
        wanted += manifest.get("dependencies", [])
    print("\n".join(sorted(requirements)))


main(sys.argv[1:])
