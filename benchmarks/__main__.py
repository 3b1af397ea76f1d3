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

from benchmarks import (
    ablation,
    cement,
    dose,
    elastic,
    flow,
    heat,
    lysis,
    margin,
    particles,
    paths,
    real_liver,
    territory,
    vertebra,
    vessels,
    waves,
)

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
    _heat()
    _flow()
    _waves()
    _particles()
    _lysis()
    _cement()
    _dose()
    _elastic()
    _margin()
    _vessels()
    _territory()
    _plan()
    _real()


def _territory() -> None:
    """A liver parted among its terminals, and places of a catheter in it."""
    made = territory.task()
    parted = made.part()
    row(
        f"territories of {int(made.organ.sum()) / 1e6:.1f} million voxels, {made.terminals} ends",
        f"{best_of(2, made.part):.2f} s", "<= 2 s",
    )  # fmt: skip
    ten = best_of(3, lambda: territory.place(parted, made.tree))
    row("  a new place of the catheter", f"{100.0 * ten:.0f} ms", "<= 20 ms")
    whole = territory.whole_plan()
    spent = flow.cpu_s(whole.propose)
    row(f"chemoembolization, {whole.places} places, whole plan", f"{spent:.1f} s", "<= 20 s")


def _heat() -> None:
    """The thermal engine on 128^3 cells of 1 mm."""
    budgets = (
        (heat.microwave(1), "<= 3.5 s"),
        (heat.microwave(3), "<= 3.5 s"),
        (heat.cold(), "<= 12 s"),
        (heat.radiofrequency(), "<= 12 s"),
    )
    for one, budget in budgets:
        one.seconds()
        row(one.name, f"{min(one.seconds() for _ in range(2)):.2f} s", budget)
    heat.preview_seconds()
    row("exact preview, 128^3", f"{heat.preview_seconds():.2f} s", "<= 0.4 s")
    kernel, twin = heat.twin_ratio()
    row("heat kernels against their numpy twin", f"{twin / kernel:.0f} x", ">= 10 x")


def _flow() -> None:
    """The lumped flow engine on a tree of 1023 vessels; processor time."""
    marched = flow.march_cpu_s()
    row("flow, 1023 vessels x 10 x 1000 steps", f"{marched:.3f} s", "<= 0.2 s")
    row("  with three stenoses", f"{flow.march_cpu_s(3):.3f} s", "stated")
    row("  against its sparse twin", f"{flow.twin_cpu_s() / marched:.0f} x", ">= 10 x")
    peer = flow.peer_cpu_s()
    told = f"{peer / marched:.0f} x" if peer is not None else "not run"
    row(f"  against svZeroDSolver ({flow.PEER})", told, ">= 20 x")
    row("  periodic state with three stenoses", f"{1e3 * flow.period_cpu_s():.1f} ms", "<= 20 ms")
    row("  and with a loss in every vessel", f"{1e3 * flow.period_cpu_s(1022):.0f} ms", "stated")
    row("  one change, steady", f"{1e3 * flow.change_cpu_s():.2f} ms", "<= 2 ms")
    row("  the same with four rings", f"{1e3 * flow.change_cpu_s(rings=4):.2f} ms", "<= 2 ms")
    row(f"  {flow.SAMPLES} steady samples", f"{flow.samples_cpu_s():.3f} s", "<= 1 s")


def _waves() -> None:
    """Published networks of elastic vessels, processor time."""
    row("1-D carotid, 126 cells, 4 cycles", f"{waves.carotid_cpu_s():.2f} s", "<= 0.15 s")
    row("  against its numpy twin", f"{waves.twin_ratio():.0f} x", ">= 10 x")
    row("56 arteries, cells of 2 mm, 10 cycles", f"{waves.arteries_cpu_s():.1f} s", "<= 10 s")
    row(
        "  10 s of contrast through them, cells of 4 mm",
        f"{waves.contrast_cpu_s():.2f} s",
        "stated",
    )


def _particles() -> None:
    """Particles through a tree of 1023 vessels; processor time."""
    task = particles.task()
    drawn = flow.cpu_s(task.discrete)
    row("1.2 million spheres through 1023 vessels", f"{drawn:.2f} s", "<= 0.25 s")
    row("  against their numpy twin", f"{task.plain_cpu_s() / drawn:.0f} x", ">= 10 x")
    row("60 million equal ones", f"{1e3 * flow.cpu_s(task.equal):.1f} ms", "<= 5 ms")
    row("an injection, 50 batches and halves", f"{flow.cpu_s(task.inject):.2f} s", "<= 1 s")
    row("  by classes of size", f"{flow.cpu_s(task.inject_classes):.2f} s", "<= 1 s")


def _cement() -> None:
    """Cement into a vertebral body in a block of 60 mm; processor time."""
    for voxel_mm, budget in ((2.0, "<= 1 s"), (1.0, "<= 10 s")):
        bed = cement.body(voxel_mm)
        spent = flow.cpu_s(lambda bed=bed: cement.inject(bed))  # type: ignore[misc]  # bound now
        row(f"6 mL of cement, voxels of {voxel_mm:g} mm", f"{spent:.2f} s", budget)
    kernel, twin = cement.twin_cpu_s()
    row("  a step of saturation against its numpy twin", f"{twin / kernel:.0f} x", ">= 10 x")
    for voxel_mm, back_mm, budget in ((2.0, -2.0, "<= 1 s"), (1.0, -2.0, "<= 10 s"),
                                      (1.0, 8.0, "stated")):  # fmt: skip
        done = vertebra.inject(voxel_mm, back_mm)
        spent = flow.cpu_s(lambda mm=voxel_mm, back=back_mm: vertebra.inject(mm, back), 1)  # type: ignore[misc]  # bound now
        beside = ", beside a break" if back_mm > 0.0 else ""
        row(f"6 mL into a vertebra, {voxel_mm:g} mm{beside}", f"{spent:.2f} s", budget)
    loaded = flow.cpu_s(lambda: vertebra.stiffness(done), 1)
    row("  its stiffness before and after, laws and cements", f"{loaded:.1f} s", "<= 6 s")


def _lysis() -> None:
    """A clot of a deep vein; processor time."""
    speed = lysis.fit()
    row("24 h of lysis, every person", f"{1e3 * flow.cpu_s(lambda: lysis.a_day(speed)):.1f} ms",
        "<= 100 ms")  # fmt: skip
    row("  its front fitted to a trial", f"{1e3 * flow.cpu_s(lysis.fit):.0f} ms", "stated")


def _dose() -> None:
    """Dose of electrons of Y-90; processor time."""
    row("voxel kernel of 2.34 x 2.34 x 2.78 mm", f"{1e3 * dose.build_cpu_s():.0f} ms", "<= 50 ms")
    ours, peer = dose.convolution_cpu_s()
    row("convolution of 256^3", f"{ours:.2f} s", "<= 0.5 s, 2 cores: 0.25 s")
    row("  against scipy.signal.fftconvolve", f"{peer / ours:.1f} x", ">= 1.5 x")
    body = dose.dome()
    paths = dose.cpu_s(body.paths, 1)
    few = dose.cpu_s(lambda: body.paths(dose.FEW_RAYS), 1)
    plain = dose.cpu_s(body.plain_paths, 1)
    row("paths over a liver's dome of 160 mm, voxels of 3 mm", f"{paths:.1f} s", "<= 5 s")
    row("  few rays, against their numpy twin", f"{plain / few:.0f} x", ">= 10 x")
    rate, twin = dose.point_rates()
    row("electrons from a point, a second and core", f"{rate:.0f}", ">= 150 000")
    row("  against their plain twin", f"{rate / twin:.0f} x", ">= 10 x")
    row("  in voxels of 3 mm", f"{dose.voxel_rate():.0f}", ">= 150 000")


def _elastic() -> None:
    """A vertebral body between platens; processor time."""
    task = elastic.task()
    product, sparse_s = elastic.product_cpu_s(task)
    row(
        f"stiffness of {int(task.body.solid.sum())} voxels, moduli of 1 to 100",
        f"{elastic.cpu_s(task.stiffness, 2):.1f} s", "<= 6 s",
    )  # fmt: skip
    row(
        "  element product against its numpy twin",
        f"{task.twin_cpu_s() / product:.0f} x",
        ">= 10 x",
    )
    row("  against a scipy.sparse matrix", f"{sparse_s / product:.1f} x", "stated")
    small = elastic.task(elastic.SMALL)
    ours, peer = elastic.cpu_s(small.stiffness, 2), small.peer_cpu_s()
    row(
        f"  {int(small.body.solid.sum())} voxels, against sparse + CG",
        f"{peer / ours:.0f} x",
        ">= 5 x",
    )


def _margin() -> None:
    """The margin between voxels on 96^3, and the usual count of voxels."""
    task = margin.task()
    between, by = best_of(3, task.between_voxels), best_of(3, task.by_voxels_mm)
    row("sub-voxel margin, 96^3", f"{between:.2f} s", "<= 0.2 s")
    row("  counting voxels instead", f"{by:.2f} s", "")


def _vessels() -> None:
    """Vessels in 256^3, traced in a mask and found in an image, and the peer of the latter."""
    task = vessels.task()
    task.trace()
    runs = [task.trace() for _ in range(3)]
    edges = len(runs[0][0].tree.edges)
    row(f"mask of 256^3 to a graph of {edges} branches, processor",
        f"{min(spent for _, spent in runs):.2f} s", "<= 0.35 s")  # fmt: skip
    row("tubeness of 256^3 at 3 scales", f"{best_of(3, task.enhance):.2f} s", "<= 3 s")
    area = vessels.roc_area(task.enhance().values, task.mask)
    row("  area under its ROC curve", f"{area:.4f}", ">= 0.98")
    start = time.perf_counter()
    peer = task.enhance_with_itk()
    row("  SimpleITK's objectness instead", f"{time.perf_counter() - start:.1f} s", "")
    row("  area under its ROC curve", f"{vessels.roc_area(peer, task.mask):.4f}", "")


def _plan() -> None:
    """A whole ablation plan, kernels warm."""
    ablation.planned()
    made, whole, band = ablation.planned()
    probes = len(made.placements)
    row(f"ablation plan of 35 mm, {probes} probes: whole", f"{whole:.0f} s", "<= 60 + 30 s")
    row(f"  its band of {made.effect.samples if made.effect else 0} samples",
        f"{band:.0f} s", "<= 30 s")  # fmt: skip


def _real() -> None:
    """Whole plans on a real CT, kernels warm."""
    place = real_liver.folder()
    if place is None:
        row("plans on a real liver: SELDINGER_DATA names no liver-ircad17", "not run", "")
        return
    for procedure, budget in (("biopsy", "<= 15 s"), ("ablation", "<= 60 s")):
        real_liver.plan_cpu_s(place, procedure)
        spent = real_liver.plan_cpu_s(place, procedure)
        row(f"{procedure} of 22 mm on a real liver, processor", f"{spent:.0f} s", budget)


if __name__ == "__main__":
    main()
