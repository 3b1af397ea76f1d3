"""Place: every stenosis of a tree of arteries as an element of its own, the treated one named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.vessels.lesions import (
    follow_vessel,
    grade_vessel,
    list_vessels,
    read_sections,
)
from seldinger.core.errors import AnatomyError, SimulationError
from seldinger.core.formatting import short_repr
from seldinger.physics.flow.elements import Stenosis
from seldinger.simulate.flow.circulation import (
    Circulation,
    Drive,
    Narrowing,
    check_direction,
    find_root,
    keep_part,
    share_flows,
)

if TYPE_CHECKING:
    from seldinger.anatomy.model import Segment
    from seldinger.anatomy.vessels.stenosis import Stenosis as Graded
    from seldinger.core.tree import Tree

_OVERLAP = 0.3
_TOUCH_MM = 1.0
"""Two stretches that share less lie beside each other."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A circulation, and what could not be graded in it.

    Attributes:
        circulation: with every stenosis that was found.
        graded: the treated one, as it was measured.
        notes: for a reader.
        flow_told: the flow through the treated one was measured in this patient.
    """

    circulation: Circulation
    graded: Graded
    notes: tuple[str, ...]
    flow_told: bool = False

    __repr__ = short_repr


def place_lesions(tree: Tree, target: Segment, drive: Drive) -> Placed:
    """The circulation of ``tree`` with its stenoses, ``target`` the treated one.

    Args:
        tree: of arteries, named, with radii.
        target: a stretch of one of its vessels.
        drive: pressures and flows.

    Raises:
        AnatomyError: the target's vessel is unknown, or what it is compared with.
        SimulationError: the tree cannot be driven, or a vessel in it is drawn backwards.
    """
    treated = grade_target(tree, target)
    held = tree.find_nearest(target.curve.points_at(treated.at_mm)).edge
    part = keep_part(tree, tree.edges[held].start)
    check_direction(part)
    root = find_root(part)
    notes: list[str] = []
    if len(part.nodes_lps_mm) < len(tree.nodes_lps_mm):
        notes.append("Vessels that do not hang together with the target were left out of the flow.")
    lesions: dict[str, tuple[str, Graded]] = {target.label: (target.vessel, treated)}
    for name in list_vessels(part):
        try:
            found = grade_vessel(part, name)
        except AnatomyError as unknown:
            notes.append(f"{name}: not graded ({unknown}).")
            continue
        for count, one in enumerate(found, start=1):
            if name == target.vessel and _overlap(one, target):
                continue
            lesions[f"{name}, stenosis {count}"] = (name, one)
    return _cut(part, root, lesions, target, treated, drive, notes)


def _cut(
    tree: Tree, root: int, lesions: dict[str, tuple[str, Graded]], target: Segment, treated: Graded,
    drive: Drive, notes: list[str],
) -> Placed:  # fmt: skip
    ends: dict[str, tuple[int, int]] = {}
    middles: dict[str, np.ndarray] = {}
    for label, (vessel, one) in lesions.items():
        curve = target.curve if label == target.label else follow_vessel(tree, vessel)
        nodes = []
        for at in (one.from_mm, one.to_mm):
            place = tree.find_nearest(curve.points_at(at))
            tree, node = tree.split(place.edge, place.at_mm)
            nodes.append(node)
        ends[label] = (nodes[0], nodes[1])
        middles[label] = curve.points_at(one.at_mm)
    narrowings = {}
    for label, (a, b) in ends.items():
        if a == b:
            raise SimulationError(f"{label} has no length in the tree: trace it more finely")
        place = tree.find_nearest(middles[label])
        edges = tree.edges_between(a, b)
        edge = place.edge if place.edge in edges else edges[0]
        if len(edges) > 1:
            notes.append(f"{label}: branches leave within it; its loss stands at its narrowest.")
        one = lesions[label][1]
        length = tree.edges[edge].curve.length_mm
        narrowings[label] = Narrowing(
            edge, Stenosis(one.reference_diameter_mm, one.minimum_diameter_mm, length)
        )
    flows = share_flows(tree, root, drive)
    made = Circulation(tree, root, narrowings, target.label, drive, flows)
    return Placed(made, treated, tuple(notes))


def _shared_mm(one: Graded, target: Segment) -> float:
    return min(one.to_mm, target.to_mm) - max(one.from_mm, target.from_mm)


def _overlap(one: Graded, target: Segment) -> bool:
    return _shared_mm(one, target) > _OVERLAP * min(one.length_mm, target.length_mm)


def grade_target(tree: Tree, target: Segment) -> Graded:
    """The stenosis that ``target`` is, or the narrowest of a stretch that was drawn by hand.

    Raises:
        AnatomyError: the vessel has no reference that it could be compared with, or the stretch
            holds more than one stenosis, or cuts into one.
    """
    from seldinger.anatomy.vessels.stenosis import Stenosis as Graded
    from seldinger.anatomy.vessels.stenosis import fit_reference

    graded = grade_vessel(tree, target.vessel)
    held = [one for one in graded if _overlap(one, target)]
    cut = [one for one in graded if one not in held and _shared_mm(one, target) > _TOUCH_MM]
    if cut:
        raise AnatomyError(
            f"{target.label} cuts into the stenosis at {cut[0].from_mm:.0f}-{cut[0].to_mm:.0f} mm: "
            "draw the stretch over all of it, or beside it"
        )
    if len(held) > 1:
        told = ", ".join(f"{one.from_mm:.0f}-{one.to_mm:.0f} mm" for one in held)
        raise AnatomyError(
            f"{target.label} holds {len(held)} stenoses ({told}), and one is treated at a time: "
            f"name one of them: '{target.vessel}' for the tightest, '{target.vessel} #2' for the "
            "next"
        )
    if held:
        return held[0]
    sections = read_sections(target.curve)
    reference = fit_reference(sections.along_mm, sections.area_diameter_mm)
    inside = (sections.along_mm >= target.from_mm) & (sections.along_mm <= target.to_mm)
    if not inside.any():
        raise AnatomyError(f"{target.label}: no section lies in the stretch; make it longer")
    width = np.where(inside, sections.area_diameter_mm, np.inf)
    at = int(np.argmin(width))
    narrow, healthy = float(width[at]), max(float(reference[at]), float(width[at]))
    return Graded(
        target.from_mm, target.to_mm, float(sections.along_mm[at]),
        float(sections.area_mm2[at]), narrow, narrow, healthy, "both shoulders",
        100.0 * (1.0 - narrow / healthy), 100.0 * (1.0 - (narrow / healthy) ** 2), None, None,
    )  # fmt: skip
