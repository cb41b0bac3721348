"""Run the bundled provider: ``python -I engine run``."""

import sys

from downlink.provider.cli import main

sys.exit(main())
