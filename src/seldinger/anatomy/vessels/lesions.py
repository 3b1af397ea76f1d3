"""Lesions: named vessels of a tree as single lines, and the stenoses that a procedure can treat."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Segment
from seldinger.anatomy.vessels.sections import Sections
from seldinger.anatomy.vessels.stenosis import LEAST_PERCENT, find_stenoses, fit_reference
from seldinger.core.errors import AnatomyError
from seldinger.core.naming import did_you_mean

if TYPE_CHECKING:
    from seldinger.anatomy.vessels.stenosis import Stenosis
    from seldinger.core.shapes import Curve
    from seldinger.core.tree import Tree

_STRETCH = re.compile(r"^(?P<name>.+?)\s+(?P<low>\d+(\.\d+)?)\s*-\s*(?P<high>\d+(\.\d+)?)(\s*mm)?$")
_STENOSIS = re.compile(r"^stenosis(\s+of)?(\s+the)?\s+(?P<name>.+)$")
_COUNTED = re.compile(r"^(?P<name>.+?)\s*#(?P<rank>\d+)$")
_SIDES = {"left": "right", "right": "left"}
_PAIRED = (
    "iliac", "femoral", "renal", "popliteal", "carotid", "subclavian", "axillary", "brachial",
    "radial",
)  # fmt: skip
"""Vessels that lie on their own side in everybody."""
_ASIDE_MM = 5.0
_UNEQUAL = ("vertebral",)
"""Vessels of which one side is often much smaller in healthy people."""


def list_vessels(tree: Tree) -> tuple[str, ...]:
    """Names of the vessels of ``tree``, each once."""
    return tuple(dict.fromkeys(edge.name for edge in tree.edges if edge.name))


def follow_vessel(tree: Tree, name: str) -> Curve:
    """The vessel called ``name`` from where it begins to where it ends, its branches left out.

    Raises:
        AnatomyError: no vessel is called that, or its parts are not joined end to end.
    """
    own = [edge for edge in tree.edges if edge.name == name]
    if not own:
        known = list_vessels(tree)
        close = did_you_mean(name, known)
        raise AnatomyError(
            f"no vessel is called {name!r}{close}; there are: {', '.join(known) or 'none named'}"
        )
    fed = {edge.end for edge in own}
    heads = [edge for edge in own if edge.start not in fed]
    if len(heads) != 1:
        raise AnatomyError(
            f"{name} has {len(heads)} beginnings; one vessel runs from one place to another: name "
            "its parts apart"
        )
    way = [heads[0]]
    while True:
        onward = [edge for edge in own if edge.start == way[-1].end and edge not in way]
        if not onward:
            break
        # Of two branches with one name the longer is the vessel.
        way.append(max(onward, key=lambda edge: edge.curve.length_mm))
    if len(way) == 1:
        return way[0].curve
    return tree.route(way[0].start, way[-1].end)


def read_sections(curve: Curve) -> Sections:
    """The lumen along a centreline as its radius tells it: round, for want of anything better.

    Raises:
        AnatomyError: the radius is unknown.
    """
    if curve.radius_mm is None:
        raise AnatomyError(
            "the centreline has no radius: measure its sections in a mask, or give its radius"
        )
    width = 2.0 * curve.radius_mm
    return Sections(
        along_mm=curve.along_mm, points_lps_mm=curve.points_lps_mm,
        wall_mm=np.repeat(curve.radius_mm[:, None], 4, axis=1), area_mm2=np.pi * width**2 / 4.0,
        area_diameter_mm=width, inscribed_diameter_mm=width, perimeter_diameter_mm=width,
    )  # fmt: skip


def grade_vessel(tree: Tree, name: str) -> tuple[Stenosis, ...]:
    """Stenoses of the vessel called ``name``.

    The other side is the reference where it has none, or is narrow for most of its length.

    Raises:
        AnatomyError: there is no such vessel, or no reference can be had.
    """
    sections = read_sections(follow_vessel(tree, name))
    other = swap_side(name)
    wide = None
    if other is not None and other in list_vessels(tree) and not any(w in name for w in _UNEQUAL):
        wide = float(np.median(read_sections(follow_vessel(tree, other)).area_diameter_mm))
    try:
        level = float(np.median(fit_reference(sections.along_mm, sections.area_diameter_mm)))
        # A vessel that is narrow for most of its length is its own reference, and looks healthy.
        if wide is None or level > (1.0 - LEAST_PERCENT / 100.0) * wide:
            return find_stenoses(sections)
    except AnatomyError:
        if wide is None:
            raise
    return find_stenoses(sections, other_side_mm=wide)


def swap_side(name: str) -> str | None:
    """The same vessel of the other side; None of one that has no side."""
    words = name.split()
    if not set(words) & set(_SIDES):
        return None
    return " ".join(_SIDES.get(word, word) for word in words)


def check_sides(tree: Tree) -> None:
    """Refuse a tree in which what is called left lies to the right of what is called right.

    Args:
        tree: in LPS mm: x rises towards the patient's left.

    Raises:
        AnatomyError: naming the vessels.
    """
    across = {
        name: float(np.mean(np.vstack([e.curve.points_lps_mm for e in own])[:, 0]))
        for name in list_vessels(tree)
        if any(word in name for word in _PAIRED)
        and (own := [edge for edge in tree.edges if edge.name == name])
    }
    wrong = [
        name
        for name, x in across.items()
        if "left" in name.split() and x < across.get(swap_side(name) or "", x) - _ASIDE_MM
    ]
    if wrong:
        raise AnatomyError(
            f"left and right are exchanged: the {wrong[0]} lies to the patient's right of the "
            f"{swap_side(wrong[0])}; correct the names, or the direction in which the image is read"
        )


def find_stretch(tree: Tree, label: str) -> Segment:
    """A vessel by its name, whole, or a stretch of it in mm.

    Args:
        tree: with names.
        label: "inferior vena cava", or "left iliac vein 10-30 mm".

    Raises:
        AnatomyError: there is no such vessel, or the stretch leaves it.
    """
    stretch = _STRETCH.match(label.strip())
    if stretch and stretch["name"] in list_vessels(tree):
        curve = follow_vessel(tree, stretch["name"])
        ends = float(stretch["low"]), float(stretch["high"])
        return Segment(label, stretch["name"], curve, *ends)
    curve = follow_vessel(tree, label.strip())
    return Segment(label.strip(), label.strip(), curve, 0.0, curve.length_mm)


def find_segment(tree: Tree, label: str) -> Segment:
    """A stretch of vessel by its name.

    Args:
        tree: with names.
        label: a vessel, for its tightest stenosis ("left renal artery"; "#2" for the next), or a
            vessel with a stretch in mm along it ("left renal artery 10-30 mm").

    Raises:
        AnatomyError: there is no such vessel, it has no stenosis, or the stretch leaves it.
    """
    stretch = _STRETCH.match(label.strip())
    if stretch and stretch["name"] in list_vessels(tree):
        name = stretch["name"]
        curve = follow_vessel(tree, name)
        return Segment(label, name, curve, float(stretch["low"]), float(stretch["high"]))
    counted = _COUNTED.match(label.strip())
    rank = int(counted["rank"]) if counted else 1
    asked = counted["name"] if counted else label.strip()
    said = _STENOSIS.match(asked)
    name = said["name"] if said else asked
    curve = follow_vessel(tree, name)
    found = sorted(grade_vessel(tree, name), key=lambda one: -one.percent_diameter)
    if len(found) < rank:
        raise AnatomyError(
            f"the {name} has {len(found)} stenoses of 25 % or more of its diameter; to treat "
            f"another stretch name it in mm along the vessel: '{name} 10-30 mm'"
        )
    lesion = found[rank - 1]
    count = "" if rank == 1 else f" #{rank}"
    return Segment(f"stenosis of the {name}{count}", name, curve, lesion.from_mm, lesion.to_mm)
