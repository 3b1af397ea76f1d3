"""Neighbours: what lies within reach of a needle or a zone around an organ, labelled or not.

Where a structure that nobody has labelled lies, no distance can say. It is taken to be within reach
when ordinary topographic anatomy puts it beside the organ or on a usual way to it. These lists have
no source that was read: they are assumptions, printed with every finding that uses them. A
procedure adds to them (``Procedure.required_structures``) and cannot take from them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from seldinger import catalogue
from seldinger.anatomy.model import Kind, Origin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from seldinger.anatomy.model import Anatomy
    from seldinger.plan.procedure import Procedure
    from seldinger.simulate.effect import Effect

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
_VERTEBRA = re.compile(r"vertebrae_([CTLS]\d+)")
_LEVELS = (
    *(f"C{n}" for n in range(1, 8)), *(f"T{n}" for n in range(1, 13)),
    *(f"L{n}" for n in range(1, 6)), "S1",
)  # fmt: skip
"""From the head to the feet."""
_LOBES: Mapping[str, tuple[str, ...]] = {
    "left lung": ("upper", "lower"),
    "right lung": ("upper", "middle", "lower"),
}
"""From the head to the feet."""
_HIPS = frozenset({"pelvis"})
"""Asked for where one is labelled, and the target lies in no organ that is far from both."""
_ALL_PARTS = (
    *(f"{side} hip" for side in _SIDES),
    *(f"{side} rib {number}" for side in _SIDES for number in range(1, 13)),
    *(f"vertebra {level.lower()}" for level in _LEVELS),
    *(f"{lung} {lobe} lobe" for lung, lobes in _LOBES.items() for lobe in lobes),
)

_WITHIN = frozenset({"bowel gas"})
"""Derived, and part of what is asked anyway: gas lies in the bowel."""

_SURROUNDINGS = frozenset(
    {
        Kind.ORGAN, Kind.VESSEL, Kind.BONE, Kind.BOWEL, Kind.LUNG, Kind.LOBE, Kind.AIRWAY,
        Kind.HEART, Kind.NERVE, Kind.MUSCLE,
    }
)  # fmt: skip


def list_within_reach(procedure: Procedure, organ: str | None) -> tuple[str, ...]:
    """Structures that must be known around ``organ`` for ``procedure``, in alphabetical order."""
    asked = (
        *procedure.required_structures.get("", ()),
        *procedure.required_structures.get(organ or "?", ()),
    )
    around = _TRUNK if organ is None else _BY_ORGAN.get(organ, _TRUNK)
    return tuple(sorted({*asked, *around} - {organ}))


def find_unlabelled(
    procedure: Procedure, anatomy: Anatomy, organ: str | None, effect: Effect | None = None
) -> tuple[str, ...]:
    """Structures within reach of needle or zone that nothing in the anatomy shows.

    Args:
        procedure: what it asks about is within reach.
        anatomy: what is shown.
        organ: where the target lies; None: not known.
        effect: what it was asked to spare belongs to it, once it is known.
    """
    shown = {*anatomy.names, *(part for name in anatomy.names for part in _PARTS.get(name, ()))}
    spared = () if effect is None else (c.structure for c in effect.structures if c.kept is None)
    wanted = {*list_within_reach(procedure, organ), *spared} - _WITHIN - {organ}
    halves = find_left_out(anatomy, _HIPS) if organ not in _BY_ORGAN else ()
    return tuple(sorted({*(wanted - shown), *find_left_out(anatomy, wanted), *halves}))


def find_left_out(
    anatomy: Anatomy, wanted: Collection[str] = ("ribs", "vertebrae")
) -> tuple[str, ...]:
    """Parts that no label shows although their fellows show that the scan reaches them.

    One label of twenty-four shows "ribs", one lobe shows a lung. A part that is not among them lies
    in what counts as muscle or wall there, which a needle may cross.

    Args:
        anatomy: with the labels' own names as its structures' sources.
        wanted: structures whose parts are asked for.
    """
    found: set[str] = set()
    for structure in anatomy.structures:
        if structure.name not in wanted:
            continue
        if structure.name == "ribs":
            found |= _ribs_left_out(structure.sources)
        elif structure.name == "vertebrae":
            found |= _vertebrae_left_out(structure.sources)
        elif structure.name in _HIPS:
            found |= _hip_left_out(structure.sources)
        elif structure.name in _LOBES:
            found |= _lobes_left_out(structure.sources, structure.name)
    return tuple(sorted(found))


def _ribs_left_out(sources: Iterable[str]) -> set[str]:
    """Ribs between the highest and the lowest that either side shows."""
    found = {(m[1], int(m[2])) for m in map(_RIB.fullmatch, sources) if m}
    if not found:
        return set()
    numbers = [number for _, number in found]
    reached = {(side, n) for side in _SIDES for n in range(min(numbers), max(numbers) + 1)}
    return {f"{side} rib {number}" for side, number in reached - found}


def _vertebrae_left_out(sources: Iterable[str]) -> set[str]:
    """Vertebrae between the highest and the lowest that are shown."""
    found = [_LEVELS.index(m[1]) for m in map(_VERTEBRA.fullmatch, sources) if m]
    if not found:
        return set()
    gone = set(range(min(found), max(found) + 1)) - set(found)
    return {f"vertebra {_LEVELS[level].lower()}" for level in gone}


def _hip_left_out(sources: Iterable[str]) -> set[str]:
    """The hip of which only the other side is labelled: both lie at one level."""
    shown = {side for side in _SIDES if f"hip_{side}" in set(sources)}
    return {f"{side} hip" for side in set(_SIDES) - shown} if len(shown) == 1 else set()


def _lobes_left_out(sources: Iterable[str], lung: str) -> set[str]:
    """Lobes below one that is shown; what a scan of the belly does not reach lies above."""
    side = lung.partition(" ")[0]
    found = [n for n, lobe in enumerate(_LOBES[lung]) if f"lung_{lobe}_lobe_{side}" in set(sources)]
    if not found:
        return set()
    gone = set(range(min(found), len(_LOBES[lung]))) - set(found)
    return {f"{lung} {_LOBES[lung][n]} lobe" for n in gone}


def has_labels(anatomy: Anatomy) -> bool:
    """Whether any label shows a structure around targets: lesions alone say nothing of a way."""
    return any(s.origin is Origin.LABEL and s.kind in _SURROUNDINGS for s in anatomy.structures)


def list_answerable() -> frozenset[str]:
    """Names that an answer may speak of: our terms, and what only a reader can see."""
    listed = {name for names in _BY_ORGAN.values() for name in names}
    return frozenset({*catalogue.terms(), *listed, *_TRUNK, *_ALL_PARTS, "diaphragm"})
