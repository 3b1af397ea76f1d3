"""Print what this machine does: ratios of kernel to twin, and times against the stated budgets.

Times belong to the machine that printed them; only the ratios travel. Run with ``make bench``.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from os import cpu_count
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import paths

if TYPE_CHECKING:
    from collections.abc import Callable


def best_of(runs: int, work: Callable[[], object]) -> float:
    """Shortest of ``runs`` wall times in seconds, after one warm-up."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def process(*words: str) -> Callable[[], object]:
    """A whole process, start to end."""
    return lambda: subprocess.run(words, check=True, capture_output=True)  # noqa: S603  our own words


def row(what: str, figure: str, budget: str) -> None:
    """One line of the table."""
    sys.stdout.write(f"{what:<58} {figure:>14}   {budget}\n")


def main() -> None:
    """Run all benchmarks and print one table."""
    cores = cpu_count() or 1
    sys.stdout.write(f"{platform.machine()}, {cores} cores, Python {platform.python_version()}\n\n")
    row("what", "measured", "budget")
    bare = best_of(5, process(sys.executable, "-c", "pass"))
    imported = best_of(5, process(sys.executable, "-c", "import seldinger"))
    shown = best_of(3, process(str(Path(sys.executable).with_name("seldinger")), "--help"))
    row("import seldinger, above a bare interpreter", f"{imported - bare:.2f} s", "<= 0.2 s")
    row("seldinger --help, whole process", f"{shown:.2f} s", "<= 0.5 s")
    task = paths.task()
    maps = best_of(2, task.maps)
    scoring = best_of(3, task.score)
    per_map, per_score = maps / paths.STRUCTURES, scoring / paths.STRUCTURES
    row(f"{task.entries} entries x {paths.STRUCTURES} structures: maps", f"{maps:.2f} s", "")
    row("  scoring alone", f"{scoring:.2f} s", "<= 0.5 s")
    row("  maps and scoring", f"{maps + scoring:.2f} s", "<= 2.5 s")
    row("  each further structure", f"{per_map + per_score:.2f} s", "stated")
    approach = task.twin_seconds() / best_of(3, task.one_approach)
    crossing = task.twin_crossing_seconds() / best_of(3, task.one_crossing)
    row("nearest_approach against its numpy twin", f"{approach:.0f} x", ">= 10 x")
    row("crossed against its numpy twin", f"{crossing:.0f} x", ">= 10 x")


if __name__ == "__main__":
    main()
