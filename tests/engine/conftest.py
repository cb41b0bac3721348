"""The engine works without Home Assistant: here it cannot be imported at all."""

import sys

sys.modules["homeassistant"] = None  # type: ignore[assignment]  # this is how an import is made to fail
