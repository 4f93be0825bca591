"""Who may load whom."""

import subprocess
import sys

import pytest

from tests.needs import ROOT

WEB = ("flask", "werkzeug", "wtforms", "flask_wtf", "jinja2")


def loaded_by(module: str) -> set[str]:
    """Top-level modules, and modules of our own, that importing this one loads."""
    program = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "kept_out"),
    [
        ("service", ("service.db", "sqlalchemy", *WEB)),
        ("service.db", ("service.web", *WEB)),
        ("service.db.models", ("service.web", "celery", *WEB)),
        ("service.domain.submission", ("sqlalchemy", "celery", "cryptography", *WEB)),
        ("service.operations.submit", ("service.web", "worker", *WEB)),
        ("worker.pipeline", ("service.web", "service.cli", *WEB)),
        ("worker.tasks", ("service.web", "service.cli", *WEB)),
        ("service.web.app", ("worker", "service.cli", "numpy", "sklearn")),
        ("service.cli", ("worker", "numpy", "sklearn")),
    ],
)
def test_importing_loads_no_more_than_needed(
    module: str, kept_out: tuple[str, ...]
) -> None:
    assert loaded_by(module) & set(kept_out) == set()


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as c; c()",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout
