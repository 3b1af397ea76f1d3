"""Doubts about two volumes: other organs by their names, other units by their sizes.

A reading may be right all the same: what is doubted is told, and the change is provisional.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.catalogue.vocabulary import recognise, terms
from seldinger.core.naming import normalise
from seldinger.followup.volumetry import EllipsoidVolume, Kind, LabelVolume, VolumeChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.core.volume import Mask
    from seldinger.followup.volumetry import Change
    from seldinger.followup.volumetry_follow_up import Timepoint
    from seldinger.plan.assumptions import Assumed

_TERMS = {Kind.FIBROID: "uterine fibroid", Kind.UTERUS: "uterus", Kind.PROSTATE: "prostate"}
_FLAT = 5.0
"""A diameter so many times another of the same body is one in another unit."""
_WHOLE = 0.99
"""Of a label, in its largest piece: less is told."""
_FAR = 20.0
"""A volume that grew or fell to so many times another is of another thing, or in another unit."""


def doubt_readings(
    before: Timepoint, after: Timepoint, change: Change, kind: Kind, used: Assumed
) -> Iterator[str]:
    """What speaks against that two readings are of one thing, in millimetres.

    Args:
        before: reading before embolization.
        after: reading after it.
        change: between them.
        kind: what was embolized.
        used: assumptions: the smallest diameter of ``kind``.
    """
    for when, one in (("before", change.before), ("after", change.after)):
        if isinstance(one, LabelVolume):
            yield from _doubt_name(one.name, when, kind)
            yield from _doubt_size(one, when, kind, used)
        elif isinstance(one, EllipsoidVolume):
            yield from _doubt_shape(one, when)
    files = [{i.sha256 for i in one.inputs} for one in (before, after)]
    if files[0] == files[1] != set():
        yield "both labels are of the same files: two things on one scan are no change of one"
    if isinstance(change, VolumeChange):
        times = change.after.ml / change.before.ml
        if not 1.0 / _FAR <= times <= _FAR:
            yield (
                f"the volume after is {times:.3g} times the volume before: look whether both are "
                "of one thing and in millimetres"
            )


def note_names(change: Change) -> Iterator[str]:
    """Two labels that are taken for one thing though they are called otherwise.

    Args:
        change: between both readings.
    """
    if isinstance(change.before, LabelVolume) and isinstance(change.after, LabelVolume):
        names = change.before.name, change.after.name
        if normalise(names[0]) != normalise(names[1]):
            yield f"{names[0]!r} before and {names[1]!r} after are taken for one thing, as told"


def note_pieces(mask: Mask) -> Iterator[str]:
    """A label of several pieces: one astray counts as volume.

    Args:
        mask: (i, j, k) of the label.
    """
    hit = np.argwhere(mask)
    if not len(hit):
        return
    box = tuple(slice(a, b + 1) for a, b in zip(hit.min(axis=0), hit.max(axis=0), strict=True))
    pieces, count = scipy.ndimage.label(mask[box], np.ones((3, 3, 3)))
    sizes = np.bincount(pieces.ravel())[1:]
    largest = float(sizes.max() / sizes.sum())
    if largest < _WHOLE:
        yield (
            f"the label is of {count} pieces, the largest holds {100.0 * largest:.0f} % of it: all "
            "are counted; look whether all belong to it"
        )


def _doubt_name(name: str, when: str, kind: Kind) -> Iterator[str]:
    """A label whose name is known to mean something else."""
    term = recognise((name,)).terms.get(name)
    if term is None:
        return
    fits = terms()[term].kind == "lesion" if kind is Kind.TUMOUR else term == _TERMS[kind]
    if not fits:
        yield f"the label {when} is {name!r}, which is no {kind} by its name"


def _doubt_size(one: LabelVolume, when: str, kind: Kind, used: Assumed) -> Iterator[str]:
    across = 2.0 * (3.0 * 1000.0 * one.ml / (4.0 * math.pi)) ** (1.0 / 3.0)
    if across < used.get_value(f"smallest_{kind}_mm") and not one.cut:
        yield (
            f"the label {when} is as large as a ball of {across:.1f} mm, too small for a {kind} "
            "that is followed: look whether its file is in millimetres, and what is drawn"
        )


def _doubt_shape(one: EllipsoidVolume, when: str) -> Iterator[str]:
    if max(one.diameters_mm) > _FLAT * min(one.diameters_mm):
        shown = " x ".join(f"{mm:g}" for mm in one.diameters_mm)
        yield f"diameters {when} of {shown} mm: make sure that none of them is in centimetres"
