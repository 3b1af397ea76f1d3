"""What every test may lean on: the real data's folder, and one hypothesis profile.

``make check`` runs two workers. A file's tests stay on one of them, for what the file keeps; so do
those of a folder that shares something dear: see ``pytest_collection_modifyitems``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

if "PYTEST_XDIST_WORKER" in os.environ:
    # The workers are the threads; read by numba, OpenMP, OpenBLAS and ITK when they are opened.
    for threads in (
        "NUMBA_NUM_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS",
    ):
        os.environ.setdefault(threads, "1")

settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

DATA = "SELDINGER_DATA"


TOGETHER = {"anatomy", "real"}
"""Folders whose files share dear fixtures of the session."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the group of each test: under ``--dist loadgroup`` one worker runs all of a group."""
    for item in items:
        folder = item.path.parent.name
        group = folder if folder in TOGETHER else f"{folder}/{item.path.name}"
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real studies; skips, with what to do, where there is none."""
    named = os.environ.get(DATA)
    if not named:
        pytest.skip(f"no real data: set {DATA} to the folder that holds the studies")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"{DATA} is {named!r}, which is no folder: correct it or unset it")
    return folder.resolve()


def _real(reports: list[object]) -> int:
    """How many tests among ``reports`` carry the marker ``real``."""
    tests = {
        report.nodeid
        for report in reports
        if isinstance(report, pytest.TestReport) and "real" in report.keywords
    }
    return len(tests)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many real-data tests ran; ``.ci/run`` reads this line."""
    by_outcome: dict[str, list[object]] = terminalreporter.stats
    ran = sum(_real(by_outcome.get(outcome, [])) for outcome in ("passed", "failed", "xfailed"))
    skipped = _real(by_outcome.get("skipped", []))
    errors = _real(by_outcome.get("error", []))
    terminalreporter.write_line(f"real-data tests: {ran + errors} ran, {skipped} skipped")
