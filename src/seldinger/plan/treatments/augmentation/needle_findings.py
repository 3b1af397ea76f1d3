"""What the ways say: how thick a wall is left, how far the canal is, what one needle reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.augmentation.needles import METAL, SHELL, WALL, Way
from seldinger.plan.treatments.augmentation.parapedicular_findings import judge_parapedicular
from seldinger.plan.wording import cite, state_fact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seldinger.plan.approach.percutaneous.spine.approach import SpineCase
    from seldinger.plan.treatments.augmentation.needles import NeedleWay, Pedicled

_METAL_REACH_MM = 4.0
"""From a needle's axis: its own radius, and what blooms around metal."""
_ROOTS = {
    "L": ("vertebra.path.beside.lumbar.dura", "vertebra.path.beside.lumbar.root_below"),
    "T": ("vertebra.path.beside.thoracic.dura_touches", "vertebra.path.beside.thoracic.root_below"),
}
_GUIDED = "pedicle"
_ERROR = "needle_error.pedicle.navigated"
_BREACHES = ("needle_error.pedicle.breach_guided", "needle_error.pedicle.breach_tertile")
_ONE = ("vertebra.path.unilateral.planned", "vertebra.path.unilateral.volume",
        "vertebra.path.unilateral.leak")  # fmt: skip


def find_about_needles(
    case: SpineCase, taken: Sequence[Pedicled], tried: Sequence[Pedicled], wanted: int
) -> Iterator[Finding]:
    """What stands for and against the needles that are taken.

    Args:
        case: with its vertebra.
        taken: needles with their ways.
        tried: every way that was looked for.
        wanted: how many needles were wanted.
    """
    if not taken:
        yield from _tell_why_none(case, tried)
        return
    for one in taken:
        if one.way is not None:
            if one.way.passage is None:
                yield _judge_wall(case, one.way)
            else:
                yield from judge_parapedicular(case, one.way, tried)
            yield judge_root(case, one.way)
            yield from _judge_bone(case, one.way)
    guided = any(one.way is not None and one.way.path.technique == _GUIDED for one in taken)
    if guided and case.options.lateral_error_mm is None:
        yield _tell_error()
    if len(taken) < wanted:
        lost = "; ".join(dict.fromkeys(one.why for one in tried if one.why))
        text = f"Two needles were wanted, one has a way: {lost}. What one side reaches is told."
        yield Finding("one-side", Status.NOT_MET, Severity.ACTION, text)
    elif len(taken) == 1:
        said = " ".join(state_fact(one) for one in _ONE)
        yield Finding("one-side", Status.MET, Severity.CAUTION, f"One needle. {said}", cite(*_ONE))


def judge_root(case: SpineCase, way: NeedleWay) -> Finding:
    """How far a needle stays from where the root under its pedicle is taken to lie."""
    facts = _ROOTS.get(case.vertebra.level[0], ())
    name, said = f"root-{way.side.value}", " ".join(state_fact(one) for one in facts)
    foramina = case.vertebra.foramina.get(way.side)
    # Beside a pedicle the root that leaves above it is as near as its own.
    beside = way.kind is Way.PARAPEDICULAR
    where = "under or above" if beside else "under"
    if foramina is None or foramina.own is None or (beside and foramina.above is None):
        text = (
            f"No opening shows {where} the {way.side.value} pedicle, so that nothing tells how far "
            f"the needle is from the root that leaves there. {said}"
        )
        # Beside a pedicle no bone parts the needle from the root.
        graver = Severity.ACTION if beside else Severity.CAUTION
        return Finding(name, Status.UNKNOWN, graver, text, cite(*facts))
    gap_mm = measure_root_mm(case, way)
    blur_mm = 0.5 * max(case.vertebra.source_voxel_mm)
    least_mm = case.assumed.get_value("least_clearance_mm")
    text = (
        f"{gap_mm:.1f} mm from the needle to the space {where} the {way.side.value} pedicle in "
        f"which the root is taken to lie: roots show in no CT. {said}"
    )
    if gap_mm < least_mm:
        text = f"Near a root: {text} {least_mm:g} mm are wanted; take a line higher in the pedicle."
        return Finding(name, Status.NOT_MET, Severity.ACTION, text, cite(*facts))
    if gap_mm < blur_mm:
        text = f"{text} Voxels of {2.0 * blur_mm:.1f} mm cannot tell that from none."
        return Finding(name, Status.UNKNOWN, Severity.ACTION, text, cite(*facts))
    return Finding(name, Status.MET, Severity.CAUTION, text, cite(*facts))


def measure_root_mm(case: SpineCase, way: NeedleWay) -> float:
    """From a needle to where roots beside its pedicle are taken to lie; no opening: infinite."""
    foramina = case.vertebra.foramina.get(way.side)
    openings = () if foramina is None else (foramina.own, foramina.above)
    points = [one.root_lps_mm for one in openings if one is not None]
    if not points:
        return float("inf")
    tip, entry = np.asarray(way.path.target_lps_mm), np.asarray(way.path.entry_lps_mm)
    along = entry - tip
    from_tip = np.concatenate(points) - tip
    share = np.clip(from_tip @ along / (along @ along), 0.0, 1.0)
    away = np.linalg.norm(from_tip - share[:, None] * along, axis=1)
    radius_mm = way.room.pedicle_mm - way.wall_mm
    return float(away.min()) - radius_mm


def _tell_error() -> Finding:
    """How far beside its plan a cannula comes to lie, and how seldom it breaks a pedicle."""
    text = (
        "The chance of touching the canal takes the error of a navigated needle that nobody "
        "corrects, and no error of the plan or the labels. "
        f"{' '.join(state_fact(one) for one in _BREACHES)} None of this is the chance of this "
        "patient; --technique plans with another error."
    )
    return Finding("needle-error", Status.MET, Severity.CAUTION, text, cite(_ERROR, *_BREACHES))


def _judge_wall(case: SpineCase, way: NeedleWay) -> Finding:
    """Whether bone is left beside a needle, as far as the scan's voxels can tell."""
    wanted = case.assumed.get_value(WALL.name)
    blur = 0.5 * max(case.vertebra.source_voxel_mm)
    name = f"pedicle-{way.side.value}"
    canal = (
        "the canal does not show" if way.canal_mm is None else f"{way.canal_mm:.1f} mm to the canal"
    )
    left = f"{way.wall_mm:.1f} mm of bone left in the {way.side.value} pedicle, {canal}"
    least = way.wall_mm if way.canal_mm is None else min(way.wall_mm, way.canal_mm)
    if least < 0.0:
        text = f"The needle leaves the bone: {left}. Take another line."
        return Finding(name, Status.NOT_MET, Severity.STOP, text)
    if least < wanted:
        text = f"Thin: {left}; {wanted:g} mm are wanted. Take a thinner needle or another line."
        return Finding(name, Status.NOT_MET, Severity.ACTION, text)
    if least < blur:
        text = (
            f"By the labels {left}, but voxels of {2.0 * blur:.1f} mm cannot tell that from none. "
            "Scan in slices of a millimetre and plan again."
        )
        return Finding(name, Status.UNKNOWN, Severity.ACTION, text)
    text = f"{left[0].upper()}{left[1:]}, by labels on voxels of up to {2.0 * blur:.1f} mm."
    return Finding(name, Status.MET, Severity.ACTION, text)


def _judge_bone(case: SpineCase, way: NeedleWay) -> Iterator[Finding]:
    """Whether the CT shows bone where the label does, and no metal on the way."""
    vertebra, pedicle = case.vertebra, case.vertebra.pedicles[way.side]
    tip, entry = np.asarray(way.path.target_lps_mm), np.asarray(way.path.entry_lps_mm)
    axis = (entry - tip) / np.linalg.norm(entry - tip)
    points = vertebra.grid.to_lps(np.argwhere(vertebra.bone)) - tip
    along = points @ axis
    beside = np.linalg.norm(points - along[:, None] * axis, axis=1)
    hu = vertebra.hu[vertebra.bone]
    metal = hu[(beside <= _METAL_REACH_MM) & (hu >= case.assumed.get_value(METAL.name))]
    if len(metal):
        text = (
            f"{len(metal) * vertebra.grid.voxel_ml:.2f} mL as dense as metal lie within "
            f"{_METAL_REACH_MM:g} mm of the needle {'in' if way.passage is None else 'beside'} the "
            f"{way.side.value} pedicle or beyond: a "
            "screw, or old cement. A needle does not pass it."
        )
        yield Finding(f"metal-{way.side.value}", Status.NOT_MET, Severity.STOP, text)
    if way.kind is Way.PARAPEDICULAR:
        return
    shell = vertebra.hu[pedicle.mask & ~scipy.ndimage.binary_erosion(vertebra.bone)]
    bone = float(np.median(shell)) if len(shell) else vertebra.density_hu
    if bone < vertebra.density_hu + case.assumed.get_value(SHELL.name):
        text = (
            f"The CT shows no cortex around the {way.side.value} pedicle ({bone:.0f} HU where the "
            f"label has its wall, {vertebra.density_hu:.0f} in the body): destroyed, or the label "
            "lies beside the bone. The wall that is told rests on the label."
        )
        yield Finding(f"wall-{way.side.value}", Status.UNKNOWN, Severity.ACTION, text)


def _tell_why_none(case: SpineCase, tried: Sequence[Pedicled]) -> Iterator[Finding]:
    why = "; ".join(dict.fromkeys(one.why for one in tried if one.why)) or "no pedicle shows"
    if not case.vertebra.pedicles:
        text = (
            f"No pedicle of {case.vertebra.level} shows: its arch is open, cut by the scan, or the "
            "label is poor. Look at the labels, and plan again."
        )
        yield Finding("pedicle", Status.UNKNOWN, Severity.STOP, text)
        return
    text = (
        f"No straight needle has a way into {case.vertebra.level}: {why}. A needle "
        "that bends is not planned here."
    )
    yield Finding("pedicle", Status.NOT_MET, Severity.STOP, text)
