"""Neighbours: what lies within reach of a needle or a zone around an organ, labelled or not.

Where a structure that nobody has labelled lies, no distance can say. It is taken to be within reach
when ordinary topographic anatomy puts it beside the organ or on a usual way to it. These lists have
no source that was read: they are assumptions, printed with every finding that uses them. A
procedure adds to them (``Procedure.asks``) and cannot take from them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from seldinger import catalogue
from seldinger.anatomy.model import Kind, Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.anatomy.model import Anatomy
    from seldinger.plan.prediction import Prediction
    from seldinger.plan.procedure import Procedure

REASON = "taken to be within reach by ordinary anatomy; an assumption, no source read"

ABSENT, LOOKED_AT = "absent", "looked-at"
WORDS = (ABSENT, LOOKED_AT)
"""What somebody may answer of a structure that no label shows: the patient has none (or the scan
does not reach it), or its place was looked up on the images and is out of harm's way."""

_CAGE = ("ribs", "costal cartilages", "vertebrae", "spinal canal")
_GREAT = ("aorta", "inferior vena cava")
_UPPER = (
    *_CAGE, *_GREAT, "colon", "duodenum", "gallbladder", "heart", "left kidney", "left lung",
    "liver", "pancreas", "portal vein", "right kidney", "right lung", "small bowel", "spleen",
    "stomach",
)  # fmt: skip
_CHEST = (
    *_CAGE, *_GREAT, "heart", "oesophagus", "sternum", "superior vena cava", "trachea", "liver",
    "spleen", "stomach",
)  # fmt: skip
_PELVIC = (
    "left iliac artery", "left iliac vein", "right iliac artery", "right iliac vein",
    "urinary bladder",
)  # fmt: skip
_LEFT = ("left lung lower lobe", "left lung upper lobe")
_RIGHT = ("right lung lower lobe", "right lung middle lobe", "right lung upper lobe")

_BY_ORGAN: Mapping[str, tuple[str, ...]] = {
    "liver": (*_UPPER, "hepatic vessels"),
    "gallbladder": (*_UPPER, "hepatic vessels"),
    "spleen": _UPPER,
    "stomach": _UPPER,
    "pancreas": _UPPER,
    "left kidney": (*_UPPER, "ureters"),
    "right kidney": (*_UPPER, "ureters"),
    "kidneys": (*_UPPER, "ureters"),
    "left lung": (*_CHEST, *_LEFT),
    "right lung": (*_CHEST, *_RIGHT),
    "lungs": (*_CHEST, *_LEFT, *_RIGHT),
}
_TRUNK = (*_UPPER, *_PELVIC, "oesophagus", "sternum", "superior vena cava", "trachea")
"""Where the organ is not known, or no list of its own was written: all of the trunk."""

_PARTS: Mapping[str, tuple[str, ...]] = {
    "kidneys": ("left kidney", "right kidney"),
    "lungs": ("left lung", "right lung"),
    "adrenal gland": ("left adrenal gland", "right adrenal gland"),
}
"""One label for several: it shows all of them."""

_RIB = re.compile(r"rib_(left|right)_(\d+)")
_SIDES = ("left", "right")
_ALL_RIBS = tuple(f"{side} rib {number}" for side in _SIDES for number in range(1, 13))

_WITHIN = frozenset({"bowel gas"})
"""Derived, and part of what is asked anyway: gas lies in the bowel."""

_SURROUNDINGS = frozenset(
    {
        Kind.ORGAN, Kind.VESSEL, Kind.BONE, Kind.BOWEL, Kind.LUNG, Kind.LOBE, Kind.AIRWAY,
        Kind.HEART, Kind.NERVE, Kind.MUSCLE,
    }
)  # fmt: skip


def within_reach(procedure: Procedure, organ: str | None) -> tuple[str, ...]:
    """Structures that must be known around ``organ`` for ``procedure``, in alphabetical order."""
    asked = (*procedure.asks.get("", ()), *procedure.asks.get(organ or "?", ()))
    around = _TRUNK if organ is None else _BY_ORGAN.get(organ, _TRUNK)
    return tuple(sorted({*asked, *around} - {organ}))


def unlabelled(
    procedure: Procedure, anatomy: Anatomy, organ: str | None, found: Prediction | None = None
) -> tuple[str, ...]:
    """Structures within reach of needle or zone that nothing in the anatomy shows.

    Args:
        procedure: what it asks about is within reach.
        anatomy: what is shown.
        organ: where the target lies; None: not known.
        found: what heat or cold was asked to spare belongs to it, once it is known.
    """
    shown = {*anatomy.names, *(part for name in anatomy.names for part in _PARTS.get(name, ()))}
    spared = () if found is None else (c.structure for c in found.critical if c.kept is None)
    wanted = {*within_reach(procedure, organ), *spared} - _WITHIN - {organ}
    gone = left_out(anatomy) if "ribs" in wanted else ()
    return tuple(sorted({*(wanted - shown), *gone}))


def left_out(anatomy: Anatomy) -> tuple[str, ...]:
    """Ribs that no label shows although others, on either side, show that the scan reaches them.

    One label of twenty-four shows "ribs". A rib that is not among them lies in muscle, which a
    needle may cross.
    """
    sources = (raw for s in anatomy.structures if s.name == "ribs" for raw in s.sources)
    found = {(m[1], int(m[2])) for m in map(_RIB.fullmatch, sources) if m}
    if not found:
        return ()
    numbers = [number for _, number in found]
    reached = {(side, n) for side in _SIDES for n in range(min(numbers), max(numbers) + 1)}
    return tuple(f"{side} rib {number}" for side, number in sorted(reached - found))


def anything_labelled(anatomy: Anatomy) -> bool:
    """Whether any label shows a structure around targets: lesions alone say nothing of a way."""
    return any(s.origin is Origin.LABEL and s.kind in _SURROUNDINGS for s in anatomy.structures)


def may_be_answered() -> frozenset[str]:
    """Names that an answer may speak of: our terms, and what only a reader can see."""
    listed = {name for names in _BY_ORGAN.values() for name in names}
    return frozenset({*catalogue.terms(), *listed, *_TRUNK, *_ALL_RIBS, "diaphragm"})
