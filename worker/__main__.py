"""Start the worker: ``python -m worker [--concurrency N]``."""

import argparse
import warnings

from celery.exceptions import SecurityWarning

from worker.app import app


def main() -> None:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m worker")
    parser.add_argument("--concurrency", type=int, default=1)
    given = parser.parse_args()
    # It warns root of messages that carry code; ours are JSON without arguments.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    app.worker_main(
        [
            "--quiet",
            "worker",
            # Celery's time limits act in this pool only.
            "--pool=prefork",
            f"--concurrency={given.concurrency}",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
    )


if __name__ == "__main__":
    main()
