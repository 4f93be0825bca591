"""Start the worker: ``python -m worker [--concurrency N]``."""

import argparse
import os
import sys
import warnings

from celery.exceptions import SecurityWarning

from worker.app import app

NICENESS = 5
"""Checks can wait a moment; whoever submits or reads beside them should not."""


def main() -> int:
    """Run until told to stop.

    :returns: the exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m worker")
    parser.add_argument("--concurrency", type=int, default=1)
    given = parser.parse_args()
    os.nice(NICENESS)
    # It warns root of messages that carry code; ours are JSON without arguments.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    # Not by Celery's command line, which loads a shell's line editor and much else.
    worker = app.Worker(
        # Celery's time limits act in this pool only.
        pool_cls="prefork",
        concurrency=given.concurrency,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main())
