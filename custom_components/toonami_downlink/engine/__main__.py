"""Run the bundled provider, ``python -I engine run``, or our own ingest, ``… ingest FOLDER``."""

from pathlib import Path
import sys

if sys.argv[1:2] == ["ingest"]:
    from downlink.publish import ingest_worker

    sys.exit(ingest_worker.main(Path(sys.argv[2])))
else:
    from downlink.provider import cli

    sys.exit(cli.main())
