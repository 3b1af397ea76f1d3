"""Findings of the path search: whether there is a way, what it relies on, what it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Origin
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.image.study import PositionOrigin
from seldinger.plan.approach.percutaneous.scene import UNIDENTIFIED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from seldinger.core.space import Points
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.approach.percutaneous.scene import Scene
    from seldinger.plan.model import Approach, Path, Relaxation

_STEP_MM = 0.25


def find_overrides(approach: Approach, named: tuple[tuple[str, Path], ...]) -> Iterator[Finding]:
    """Rules that the user opened, and paths given by hand that break one."""
    for opened in (r for r in approach.relaxations if r.recorded):
        yield _opened(opened, named)
    for who, path in named:
        if path.violations:
            broken = ", ".join(path.violations)
            whose = "The path you gave" if path.origin == "user" else f"The way of {who}"
            name = f"breaks-{who.replace(' ', '-')}"
            text = f"{whose} breaks: {broken}."
            yield Finding(name, Status.NOT_MET, Severity.STOP, text)


def _opened(opened: Relaxation, named: tuple[tuple[str, Path], ...]) -> Finding:
    """A rule that the user opened; it keeps a plan from "go" when what goes in relies on it."""
    said = f"The rule '{opened.rule}' was opened by the user"
    name = f"relaxed-{opened.rule}"
    relying = [who for who, path in named if opened.rule in path.relies_on]
    if relying:
        first = "the best path" if relying == ["the needle"] else ", ".join(relying)
        text = f"{said}, and {first} relies on it: it {opened.cost}. Look at the images."
        return Finding(name, Status.NOT_MET, Severity.ACTION, text)
    return Finding(name, Status.MET, Severity.INFO, f"{said}; the best path does not rely on it.")


def describe_unlabelled(approach: Approach) -> str:
    """What the best path may still claim about structures that nobody has labelled."""
    if not approach.paths:
        return ""
    crossed_mm = approach.paths[0].unidentified_mm
    if crossed_mm > 0.0:
        return f", and the path crosses {crossed_mm:.1f} mm of tissue that nobody has named"
    return "; the path keeps to tissue that has a name"


def check_beyond_aim(
    scene: Scene, approach: Approach, beyond_mm: float, tolerated_mm: float
) -> tuple[Finding, ...]:
    """Whether what goes on beyond the aim stays in tissue that has a name.

    A throw or the end of a drain leaves the path's own length, so that no rule of the search has
    looked at the tissue there; labelled structures are measured to the device's end.

    Args:
        scene: whose tissue is crossed.
        approach: its best path is looked at.
        beyond_mm: from the aim to the device's end.
        tolerated_mm: of unnamed tissue, as on the way to the aim.
    """
    if not approach.paths or beyond_mm <= 0.0:
        return ()
    best = approach.paths[0]
    entry, aim = np.asarray(best.entry_lps_mm), np.asarray(best.target_lps_mm)
    along = (aim - entry) / np.linalg.norm(aim - entry)
    depths = np.arange(_STEP_MM, beyond_mm + _STEP_MM / 2.0, _STEP_MM)
    unnamed = scene.classes[_voxels(scene, aim + depths[:, None] * along)] == UNIDENTIFIED
    crossed_mm = float(unnamed.sum()) * _STEP_MM
    if crossed_mm <= tolerated_mm:
        return ()
    text = (
        f"The device goes on {beyond_mm:.0f} mm beyond the aim, {crossed_mm:.1f} mm of it through "
        "tissue that nobody has named. Look there on the images, or aim shorter."
    )
    return (Finding("beyond-aim", Status.UNKNOWN, Severity.ACTION, text),)


def check_sphere(scene: Scene, approach: Approach, tolerated_mm: float) -> tuple[Finding, ...]:
    """Whether a sphere around a point covers unnamed tissue on the way to the aim.

    A drawn outline says what it holds; a sphere only says how wide something is, so that what lies
    in it without a name has none there either. Where the organ itself is not labelled, the gate of
    structures says so already.

    Args:
        scene: whose tissue is crossed.
        approach: its best path is looked at.
        tolerated_mm: of unnamed tissue, as on the rest of the way.
    """
    target = scene.target
    if target.drawn or target.organ is None or not approach.paths:
        return ()
    best = approach.paths[0]
    entry, aim = np.asarray(best.entry_lps_mm), np.asarray(best.target_lps_mm)
    depths = np.arange(0.0, best.depth_mm, _STEP_MM)
    at = _voxels(scene, entry + depths[:, None] * (aim - entry) / np.linalg.norm(aim - entry))
    unnamed = target.mask[at] & (scene.anatomy.tissue[at] == UNIDENTIFIED)
    crossed_mm = float(unnamed.sum()) * _STEP_MM
    if crossed_mm <= tolerated_mm:
        return ()
    text = (
        f"Inside the sphere around the point the path crosses {crossed_mm:.1f} mm of tissue that "
        "nobody has named. Look there on the images, or give the lesion's outline as a mask."
    )
    return (Finding("unnamed-in-sphere", Status.UNKNOWN, Severity.ACTION, text),)


def _voxels(scene: Scene, points_lps_mm: Points) -> tuple[NDArray[np.intp], ...]:
    """Voxels of the planning lattice that hold (n, 3) points, at its border where they leave it."""
    index = np.rint(scene.anatomy.grid.to_index(points_lps_mm)).astype(np.intp)
    return tuple(np.clip(index, 0, np.array(scene.classes.shape) - 1).T)


def check_free_path(approach: Approach) -> Finding:
    """Whether there is a way."""
    if approach.paths and approach.paths[0].origin == "user":
        return Finding("free-path", Status.MET, Severity.STOP, "The path is the one you gave.")
    if approach.paths:
        text = (
            f"{approach.accepted} of {approach.candidates} skin points have a free straight path."
        )
        return Finding("free-path", Status.MET, Severity.STOP, text)
    most = sorted(approach.rejections.items(), key=lambda item: -item[1])[:3]
    why = "; ".join(f"{rule} rejects {count}" for rule, count in most)
    text = f"None of {approach.candidates} skin points has a free straight path ({why})."
    return Finding("free-path", Status.NOT_MET, Severity.STOP, text)


def check_position(case: NeedleCase, used: Iterable[Path]) -> tuple[Finding, ...]:
    """Whether the scan shows the position in which the needle goes in, and who says so."""
    study = case.anatomy.study
    made = []
    turned = sorted({path.patient_position for path in used if path.provisional})
    if turned:
        text = (
            f"RESCAN FIRST: the entry needs the patient {' and '.join(turned)}, but the scan shows "
            f"{study.position.value}: organs will move. Rescan in that position first."
        )
        made.append(Finding("position", Status.UNKNOWN, Severity.ACTION, text))
    if study.planning.position_in_header not in (None, study.position):
        text = (
            f"You say the scan was made {study.position.value}, its DICOM header says "
            f"{study.planning.position_in_header}. Look at the images (table, fluid levels); "
            "correct --scanned-position or the header."
        )
        made.append(Finding("position-contradiction", Status.UNKNOWN, Severity.ACTION, text))
    if study.position_origin is PositionOrigin.ASSUMED:
        text = (
            f"The scan is taken to have been made {study.position.value}: assumed, the file does "
            "not say. Say how it was made with --scanned-position."
        )
        made.append(Finding("position-assumed", Status.UNKNOWN, Severity.ACTION, text))
    if not made:
        text = f"Planned as scanned: {study.position.value} ({study.position_origin.value})."
        made.append(Finding("position", Status.MET, Severity.INFO, text))
    return tuple(made)


def find_estimated(scene: Scene, approach: Approach) -> tuple[Finding, ...]:
    """Structures near the best path that no label shows but the program estimates."""
    if not approach.paths:
        return ()
    best = approach.paths[0]
    near_mm = 10.0
    soft = [
        o.name
        for o in scene.obstacles
        if o.origin in (Origin.ASSUMED, Origin.THRESHOLD)
        and (best.clearances_mm.get(o.name) or 0.0) < near_mm
    ]
    made: list[Finding] = []
    if soft:
        text = (
            f"Estimated, not labelled, and within {near_mm:.0f} mm of the path: {', '.join(soft)}."
        )
        made.append(Finding("estimated-structures", Status.UNKNOWN, Severity.CAUTION, text))
    if best.lengths_mm.get("body wall"):
        text = "The body wall is estimated from HU and depth, not labelled."
        made.append(Finding("estimated-wall", Status.UNKNOWN, Severity.INFO, text))
    return tuple(made)
