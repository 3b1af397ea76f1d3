"""What every test may lean on: the real data's folder, and one hypothesis profile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

DATA = "SELDINGER_DATA"


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
