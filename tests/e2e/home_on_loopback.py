"""Home Assistant whose Marketplace talks to a stand-in: ``python … --config DIR``, see GITHUB_URL.

Nothing else of it is changed. Its profile of GitHub is the one place where all hosts are named;
the login is asked for by a library of its own.
"""

import os
import sys

from aiogithubapi import device
from homeassistant.__main__ import main
from homeassistant.components.marketplace import profiles

HUB = os.environ["GITHUB_URL"]

profiles.PROFILES[profiles.DEFAULT_PROFILE] = profiles.DownloadProfile(
    id=profiles.DEFAULT_PROFILE,
    operator="the tests",
    uses_github_account=True,
    api=f"{HUB}/api",
    github=HUB,
    raw=f"{HUB}/raw",
    catalog=f"{HUB}/catalogue",
)
device.BASE_GITHUB_URL = HUB

sys.exit(main())
