"""Logging for every process: one line per event on standard error, nothing private.

Messages are constants with ids as values; bodies, addresses and tokens are never
logged.
"""

import logging
import sys
from types import TracebackType

from typing_extensions import override

_CONTROLS = {n: f"\\x{n:02x}" for n in (*range(32), 127, *range(128, 160))}


_OWN = ("service", "worker", "__main__")

_Failure = (
    tuple[type[BaseException], BaseException, TracebackType | None]
    | tuple[None, None, None]
)


class _OneLine(logging.Formatter):
    """Escapes control characters, so that no value can forge a line of the log."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        """The record as text; only a traceback spans several lines."""
        record.message = record.getMessage().translate(_CONTROLS)
        line = (
            f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S%z')} "
            f"{record.levelname.lower()} "
            f"{record.name}: {record.message}"
        )
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        return f"{line}\n{record.exc_text}" if record.exc_text else line

    @override
    def formatException(self, ei: _Failure) -> str:
        """Where it happened and the class of what happened, but not its text.

        A database driver quotes values in its messages, and these may be private.
        """
        kind, _value, trace = ei
        lines = []
        while trace is not None:
            code = trace.tb_frame.f_code
            lines.append(f"  at {code.co_filename}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        name = f"{kind.__module__}.{kind.__qualname__}" if kind else "no exception"
        return "\n".join([*lines, f"  {name}"])


def set_up(level: str) -> None:
    """Log everything from ``level`` up to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # Only our own loggers may say more than warnings: at INFO some libraries write
    # whole statements and messages with the values in them.
    for name in _OWN:
        logging.getLogger(name).setLevel(level)
