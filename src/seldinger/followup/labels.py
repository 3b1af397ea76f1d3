"""Which labels a margin is asked of: names as the user spells them become the labels' own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from seldinger.core.errors import LabelError, PlanError
from seldinger.core.naming import did_you_mean, find_similar, match_name, normalise
from seldinger.image.study import Modality
from seldinger.plan.assumptions import resolve_assumptions
from seldinger.simulate import margin as margins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.core.volume import LabelMap, Mask
    from seldinger.image.study import Study

_NAMED, _ALIKE = 4, 0.4


@dataclass(frozen=True, slots=True)
class MarginRequest:
    """Which labels; ``organ`` None = find it or do without.

    A name may be spelled in another case or with other separators than the labels' own.
    """

    target: str
    zone: str
    organ: str | None = None
    assume: Mapping[str, float] = field(default_factory=dict)


def check_request(
    request: MarginRequest, before: tuple[str, ...] | None, after: tuple[str, ...] | None
) -> None:
    """Refuse an assumption or a label that is not there, before an image is read.

    ``before`` and ``after`` are the names of the scans' labels; None when nobody can tell yet.
    """
    resolve_assumptions(margins.MARGIN_ASSUMPTIONS, request.assume)
    _check_two_things(request, before, after)
    for when, known, wanted in (("before", before, request.target), ("after", after, request.zone)):
        for name in (wanted, request.organ):
            if known is not None and name is not None:
                find_own_name(name, known, when)


def resolve_names(before: Study, after: Study, request: MarginRequest) -> MarginRequest:
    """``asked`` in the labels' own names; the organ in those of the scan before.

    Raises:
        LabelError: a label is missing or could be two, or two that must differ are the same.
    """
    names_before, names_after = (
        require_labels(before, "before").names,
        require_labels(after, "after").names,
    )
    _check_two_things(request, names_before, names_after)
    target = find_own_name(request.target, names_before, "before", before.notes)
    zone = find_own_name(request.zone, names_after, "after", after.notes)
    organ = request.organ
    if organ is not None:
        organ = find_own_name(organ, names_before, "before", before.notes)
        find_own_name(organ, names_after, "after", after.notes)
    found = replace(request, target=target, zone=zone, organ=organ)
    _check_two_things(found, names_before, names_after)
    return found


def list_shared(
    before: Sequence[str], after: Sequence[str], request: MarginRequest
) -> tuple[tuple[str, str], ...]:
    """Labels of ``before`` and ``after`` that are one name; neither target nor zone.

    A name that could be two of the other scan's is none of them.
    """
    changed = (request.target, request.zone)
    pairs = []
    for name in before:
        other = match_name(name, after)
        if other is None or match_name(other, before) != name:
            continue
        if match_name(name, changed) is None and match_name(other, changed) is None:
            pairs.append((name, other))
    return tuple(pairs)


def read_masks(before: Study, after: Study, request: MarginRequest) -> tuple[Mask, Mask]:
    """The voxels of the target before and of the zone after; ``asked`` in the labels' own names.

    Raises:
        LabelError: both are the same voxels of one scan.
        PlanError: the scans are of two kinds.
    """
    target = require_labels(before, "before").mask(request.target)
    zone = require_labels(after, "after").mask(request.zone)
    if before.modality is not after.modality or before.modality not in (Modality.CT, Modality.MR):
        raise PlanError(
            f"before is {before.modality.value}, after is {after.modality.value}: registration "
            "compares CT with CT or MR with MR; give two scans of one kind"
        )
    same = before.image.grid.matches(after.image.grid) and bool((target == zone).all())
    if same and target.any():
        raise LabelError(
            f"{request.target!r} before and {request.zone!r} after are the same voxels: one label "
            "was given twice; give what was treated as the zone"
        )
    return target, zone


def require_labels(study: Study, when: str) -> LabelMap:
    """The labels of the scan ``when``.

    Raises:
        LabelError: it has none.
    """
    if study.labels is None:
        raise LabelError(f"the scan {when} has no labels: give --{when}-labels")
    return study.labels


def _check_two_things(
    request: MarginRequest, before: Sequence[str] | None, after: Sequence[str] | None
) -> None:
    """Refuse one name for two things, unless two labels differ by case or separators alone."""
    organ = request.organ
    if organ is None:
        return
    for known, other in ((before, request.target), (after, request.zone)):
        both = known is not None and {organ, other} <= set(known)
        if organ == other or (normalise(organ) == normalise(other) and not both):
            raise LabelError(f"{organ!r} is named as organ and as target or zone: name two things")


def find_own_name(name: str, known: Sequence[str], when: str, notes: Sequence[str] = ()) -> str:
    """The one of ``known`` that ``name`` spells.

    Args:
        name: as the user spells it.
        known: names of the labels.
        when: "before" or "after", for the message.
        notes: of the labels' reader: a label without a voxel is told there.

    Raises:
        LabelError: none or several are spelled so; it names those spelled most like it.
    """
    found = match_name(name, known)
    if found is not None:
        return found
    alike = [one for one in known if normalise(one) == normalise(name)]
    if alike:
        raise LabelError(
            f"{name!r} could be {len(alike)} labels of the scan {when}: {', '.join(alike)}; "
            "write one as it is spelled there"
        )
    if not known:
        raise LabelError(f"the scan {when} has no label, so none is called {name!r}")
    close = find_similar(name, known, _NAMED, _ALIKE) or tuple(known[:_NAMED])
    # An empty mask is left out when labels are read, and said in a note.
    empty = [f" ({note})" for note in notes if name in note and "voxel" in note]
    raise LabelError(
        f"no label of the scan {when} is called {name!r}{''.join(empty)}; "
        f"{did_you_mean(name, known)}closest of its {len(known)} labels: {', '.join(close)}"
    )
