"""The panel's files as Home Assistant serves them, for programs without Home Assistant."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
import sys
from typing import TYPE_CHECKING, Final

INTEGRATION: Final = Path(__file__).resolve().parents[2] / "custom_components" / "toonami_downlink"
FRONTEND: Final = INTEGRATION / "frontend"
_NAME: Final = "panel_files"

if TYPE_CHECKING:
    from custom_components.toonami_downlink.panel.files import File, Files, read_files, texts
    from custom_components.toonami_downlink.panel.files.modules import ModuleError
else:
    # By its path: by its name, all packages around it would be imported too.
    _spec = spec_from_file_location(_NAME, INTEGRATION / "panel" / "files" / "__init__.py")
    sys.modules[_NAME] = _package = module_from_spec(_spec)
    _spec.loader.exec_module(_package)
    File, Files, read_files = _package.File, _package.Files, _package.read_files
    texts = sys.modules[f"{_NAME}.texts"]
    ModuleError = sys.modules[f"{_NAME}.modules"].ModuleError

__all__ = ["FRONTEND", "File", "Files", "ModuleError", "read_files", "texts"]
