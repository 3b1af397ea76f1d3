"""What every test may lean on: session fixtures, the real data's folder, hypothesis profiles.

Fixtures of the whole session, each computed once and only if a test asks for it; read them, never
change them:

``demo_patient``    the built-in patient with its analytic truth, at ``demo_voxel_mm`` (3 mm);
``demo_anatomy``    its anatomy on a planning lattice as coarse as its scan;
``demo_plans``      one plan of each case in ``demo_plans.CASES``, made when it is first asked for:
                    ``demo_plans["biopsy", "liver-tumour-1"]``. The one of ablation is a whole one
                    (microwave, with its spread): take it where you need any ablation plan;
``small_ablation``  of a ball of 14 mm, with no runs for its spread: the cheapest ablation plan;
``data_dir``        the folder of real studies.

``make check-all`` also runs what is marked slow and sits the exam on a patient at 1.5 mm;
``make night`` then tries ten times the examples of hypothesis.

``make check`` runs two workers. A file's tests stay on one worker, for what they keep; so do all
tests that share something dear: see ``GROUPS``.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from tests.demo_plans import DemoPlans
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

    from seldinger.anatomy.model import Anatomy
    from seldinger.demo import DemoPatient
    from seldinger.plan import Plan

for profile, examples in (("house", 40), ("night", 400)):
    settings.register_profile(
        profile,
        deadline=None,
        derandomize=True,
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("house")

DATA = "SELDINGER_DATA"
VOXEL_MM = 3.0


def pytest_addoption(parser: pytest.Parser) -> None:
    """How fine the built-in patient is."""
    parser.addoption(
        "--demo-voxel-mm",
        type=float,
        default=VOXEL_MM,
        help=f"voxel of the built-in patient that the whole session shares (default {VOXEL_MM})",
    )


DEAR = {"demo_anatomy", "demo_plans"}
"""Fixtures of the session that no second worker shall compute again."""
GROUPS = {
    "tests/exam/test_spine_exam.py": "spine",
    "tests/exam/": "demo",
    "tests/guide/": "demo",
    "tests/plan/test_coverage.py": "demo",
    "tests/real/": "real",
    "tests/anatomy/": "anatomy",
}
"""Tests that share what is dear, by the start of their address; the longest first."""


def _group(address: str) -> str:
    """What one worker runs as a whole: a group, or else a file, for what the file keeps."""
    return (
        next((g for start, g in GROUPS.items() if address.startswith(start)), "")
        or (address.split("::", 1)[0])
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the groups first, so that no worker is left with one in the end."""
    for item in items:
        dear = DEAR.intersection(getattr(item, "fixturenames", ()))
        if dear and _group(item.nodeid) != "demo":
            raise pytest.UsageError(f"{item.nodeid} uses {dear}: add its file to GROUPS here")
    if "PYTEST_XDIST_WORKER" in os.environ:
        order = list(dict.fromkeys(GROUPS.values()))
        items.sort(
            key=lambda item: order.index(g) if (g := _group(item.nodeid)) in order else len(order)
        )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """One worker runs all of a group.

    By address: of pytest 9.2 on, the marker ``xdist_group`` of xdist 3.8 changes nothing.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):  # type: ignore[misc]  # it ships no types
        def _split_scope(self, nodeid: str) -> str:
            return _group(nodeid)

    config.option.loadscopereorder = False  # it would put groups of few tests last
    return ByGroup(config, log)


@pytest.fixture(scope="session")
def demo_voxel_mm(pytestconfig: pytest.Config) -> float:
    """The edge of the shared patient's voxels; tolerances are told in it."""
    return float(pytestconfig.getoption("--demo-voxel-mm"))


@pytest.fixture(scope="session")
def demo_patient(demo_voxel_mm: float) -> DemoPatient:
    """The built-in patient with its analytic truth."""
    from seldinger import demo

    return demo.patient(demo_voxel_mm)


@pytest.fixture(scope="session")
def demo_anatomy(demo_patient: DemoPatient, demo_voxel_mm: float) -> Anatomy:
    """Its anatomy on a planning lattice as coarse as its scan."""
    from seldinger import anatomy

    return anatomy.build(demo_patient.study, settings=anatomy.Settings(voxel_mm=demo_voxel_mm))


@pytest.fixture(scope="session")
def demo_plans(demo_anatomy: Anatomy) -> DemoPlans:
    """A plan of each demo case, made when it is first asked for."""
    from tests.demo_plans import DemoPlans  # most runs need no planner

    return DemoPlans(demo_anatomy)


@pytest.fixture(scope="session")
def small_ablation(demo_anatomy: Anatomy) -> Plan:
    """One antenna in 14 mm of the liver tumour; only placement scatters."""
    from tests import demo_plans  # most runs need no planner

    return demo_plans.small_ablation(demo_anatomy)


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


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """What a file's own cached functions keep goes with its last test."""
    module = getattr(item, "module", None)
    if module is None or module is getattr(nextitem, "module", None):
        return
    for value in vars(module).values():
        if getattr(value, "__module__", "") == module.__name__ and hasattr(value, "cache_clear"):
            value.cache_clear()
    give_memory_back()


def give_memory_back() -> None:
    """Hand what is free to the system: the C library keeps arrays of some MB for the next ones."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:  # the GNU library alone has it
        trim(0)
