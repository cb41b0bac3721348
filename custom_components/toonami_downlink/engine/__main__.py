"""Run the bundled provider: ``python -I engine run``."""

import sys

from downlink.cli import main

sys.exit(main())
