"""Contours: which labels of a patient after radioembolization are tumours, liver and normal tissue.

Names decide unless the user says: what cannot be told apart by its name is told as a structure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.errors import LabelError
from seldinger.core.formatting import short_repr
from seldinger.core.naming import did_you_mean
from seldinger.core.volume import LabelMap
from seldinger.simulate.dose.outline import Contour

if TYPE_CHECKING:
    from collections.abc import Sequence

_TUMOUR = re.compile(
    r"tumou?r|lesion|l\u00e4sion|laesion|herd|neoplas|metasta|mets?\b|\bmet[ _-]?\d|hcc|icc\b|gtv",
    re.IGNORECASE,
)
_SPARED = re.compile(
    r"normal|healthy|gesund|parenchym|necro|nekro|\bbed\b|"
    r"(non|without|minus|free|ohne|less|wo|no|not)[ _-]*(in[ _-]*)?(of[ _-]*)?"
    r"(tumou?r|lesion|herd|gtv|hcc|mets?)|(tumou?r|lesion|herd)[ _-]?(free|frei|bed)",
    re.IGNORECASE,
)
"""Names that speak of a tumour and mean what is beside it, or not alive in it."""
_LIVER = re.compile(
    r"^(the )?(whole )?(liver|leber|foie|higado|fegato)( with tumou?rs| mit tumoren)?$",
    re.IGNORECASE,
)
_ENCLOSED = 0.6
_MOSTLY = 0.5
_SHARED = 0.01
_RIM = 8
"""Voxels that are kept around all labels: a contour may lie further out."""


@dataclass(frozen=True, slots=True, eq=False)
class Contours:
    """Structures whose dose is told.

    Attributes:
        liver: all of it, tumours included; None: no label shows it.
        tumours: each.
        normal: liver without tumours; None: without a liver nobody knows.
        others: what else was labelled.
        notes: how they were told apart, and where they overlap.
        doubts: labels that may be tumours and are not called so.
    """

    liver: Contour | None
    tumours: tuple[Contour, ...]
    normal: Contour | None
    others: tuple[Contour, ...]
    notes: tuple[str, ...]
    doubts: tuple[str, ...] = ()

    __repr__ = short_repr

    @property
    def every(self) -> tuple[Contour, ...]:
        """Tumours first, then what lies around them."""
        around = [one for one in (self.normal, self.liver) if one is not None]
        if len(around) > 1 and (around[0].mask == around[1].mask).all():
            around = around[:1]
        return (*self.tumours, *around, *self.others)


def find_contours(
    labels: LabelMap, tumours: Sequence[str] = (), liver: str | None = None
) -> Contours:
    """Sort labels by what they are.

    Args:
        labels: on their own lattice.
        tumours: names of the tumours; empty: those that are called so.
        liver: name of the whole liver; None: what is called so.

    Raises:
        LabelError: a name that is not there, or nothing with a voxel.
    """
    for name in (*tumours, *([liver] if liver else [])):
        if name not in labels.names:
            raise LabelError(
                f"no label is called {name!r}; {did_you_mean(name, labels.names)}there are: "
                f"{', '.join(labels.names)}"
            )
    notes: list[str] = []
    labels = _crop(labels)
    found: dict[str, list[Contour]] = {"tumour": [], "normal": [], "liver": [], "other": []}
    for name in labels.names:
        mask = labels.mask(name)
        if not mask.any():
            notes.append(f"The label {name!r} has no voxel: left out.")
            continue
        kind = _kind(name, tumours, liver)
        found[kind].append(Contour(name, mask, labels.grid, kind == "tumour"))
    if not any(found.values()):
        raise LabelError("no label has a voxel: give contours of what was treated")
    if len(found["liver"]) > 1 or len(found["normal"]) > 1:
        names = ", ".join(one.name for one in (*found["liver"], *found["normal"]))
        raise LabelError(f"several labels are called liver or normal tissue ({names}): name one")
    whole, normal = (next(iter(found[kind]), None) for kind in ("liver", "normal"))
    doubts = _doubt_others(whole, found["tumour"], found["other"])
    if whole is not None:
        whole, joined = _join_tumours(whole, found["tumour"])
        normal, note = _take_out(whole, found["tumour"], normal)
        notes += [*joined, *note]
        notes += _list_outside(whole, found["tumour"])
    notes += _list_overlaps(found["tumour"])
    if not found["tumour"]:
        notes.append("No label is called a tumour: name it, or doses are of tissue alone.")
    return Contours(
        whole, tuple(found["tumour"]), normal, tuple(found["other"]), tuple(notes), tuple(doubts)
    )


def _crop(labels: LabelMap) -> LabelMap:
    """Labels without the empty rim of their lattice, which may be most of it."""
    hit = np.zeros(labels.grid.shape, dtype=bool)
    for layer in labels.layers:
        hit |= layer > 0
    if not hit.any():
        return labels
    ends = [np.flatnonzero(hit.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    low = [max(0, int(at[0]) - _RIM) for at in ends]
    high = [
        min(size, int(at[-1]) + 1 + _RIM) for at, size in zip(ends, labels.grid.shape, strict=True)
    ]
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    layers = tuple(np.ascontiguousarray(layer[box]) for layer in labels.layers)
    return LabelMap(layers, labels.entries, labels.grid.crop(low, high))


def _kind(name: str, tumours: Sequence[str], liver: str | None) -> str:
    if name == liver or (liver is None and _LIVER.match(name)):
        return "liver"
    if tumours and name in tumours:
        return "tumour"
    if _SPARED.search(name):
        spared_liver = not re.search("necro|nekro|bed", name, re.IGNORECASE)
        return "normal" if spared_liver else "other"
    if not tumours and _TUMOUR.search(name):
        return "tumour"
    return "other"


def _join_tumours(whole: Contour, tumours: Sequence[Contour]) -> tuple[Contour, list[str]]:
    """The whole liver: a label that leaves its tumours out gets them back, and that is told."""
    apart = [one for one in tumours if (one.mask & ~whole.mask).sum() > _MOSTLY * one.mask.sum()]
    if not apart:
        return whole, []
    mask = whole.mask.copy()
    for one in apart:
        mask |= one.mask
    names = ", ".join(one.name for one in apart)
    note = f"{whole.name!r} leaves out {names}: the whole liver is taken as the label and them."
    return Contour(f"{whole.name} with tumours", mask, whole.grid, is_tumour=False), [note]


def _doubt_others(
    whole: Contour | None, tumours: Sequence[Contour], others: Sequence[Contour]
) -> list[str]:
    """Labels in the liver, or enclosed by it, that nobody said what they are."""
    if whole is None:
        return []
    told = []
    inside = whole.mask.copy()
    for one in tumours:
        inside |= one.mask
    for one in others:
        shell = scipy.ndimage.binary_dilation(one.mask) & ~one.mask
        enclosed = float(inside[shell].mean()) if shell.any() else 0.0
        within = float(inside[one.mask].mean())
        if enclosed > _ENCLOSED or within > 1.0 - _ENCLOSED:
            told.append(
                f"The label {one.name!r} lies in the liver and is neither liver, normal tissue nor "
                "tumour by its name: if it is a tumour, name it, or it is counted as liver."
            )
    return told


def _take_out(
    whole: Contour, tumours: Sequence[Contour], drawn: Contour | None
) -> tuple[Contour | None, list[str]]:
    """The liver without its tumours: as it was drawn, or cut out here; None: nothing is left."""
    rest = whole.mask.copy()
    for one in tumours:
        rest &= ~one.mask
    if not rest.any():
        return None, ["The tumours cover all of the liver: no tissue without tumours is left."]
    if drawn is None:
        cut = Contour("liver without tumours", rest, whole.grid, is_tumour=False)
        return cut, ["The liver without tumours is cut out of the label of the liver."]
    apart = int(np.logical_xor(rest, drawn.mask).sum())
    share = apart / max(1, int(rest.sum()))
    if share <= _SHARED:
        return drawn, []
    note = (
        f"{drawn.name!r} differs from the liver without its tumours by {100.0 * share:.0f} % of "
        "its volume: its figures are of what was drawn."
    )
    return drawn, [note]


def _list_outside(whole: Contour, tumours: Sequence[Contour]) -> list[str]:
    told = []
    for one in tumours:
        outside = float((one.mask & ~whole.mask).sum()) / float(one.mask.sum())
        if outside > _SHARED:
            told.append(f"{100.0 * outside:.0f} % of {one.name} lies outside {whole.name!r}.")
    return told


def _list_overlaps(tumours: Sequence[Contour]) -> list[str]:
    told = []
    for n, one in enumerate(tumours):
        for other in tumours[n + 1 :]:
            shared = int((one.mask & other.mask).sum())
            if shared:
                ml = shared * one.grid.voxel_ml
                told.append(
                    f"{one.name} and {other.name} share {ml:.2f} mL: each is told with it, and "
                    "their volumes and energies do not add up."
                )
    return told
