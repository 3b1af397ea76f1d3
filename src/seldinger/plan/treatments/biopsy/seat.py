"""Seat: where a coaxial introducer stands while cores are taken, and what holds the needle there.

Its tip belongs beyond pleura or capsule, at the near edge of the lesion: then the tract through
them is made once. A needle longer than its introducer is kept from going too far by a stop (a
spacer between the hubs).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger import catalogue
from seldinger.catalogue.model import CoreNeedle
from seldinger.core.finding import Finding
from seldinger.core.record import read_assumptions
from seldinger.core.verdict import Severity, Status
from seldinger.plan.approach.percutaneous.site import Site, find_site
from seldinger.plan.treatments import tissue_profile
from seldinger.plan.treatments.biopsy.choice import choose_introducer, compute_shot
from seldinger.plan.wording import cite, quote_fact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.catalogue.model import Device, Needle
    from seldinger.core.volume import Mask
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Path
    from seldinger.plan.treatments.biopsy.choice import Shot

_ASSUMED = read_assumptions("seldinger.plan.treatments.biopsy")
BEYOND = _ASSUMED["introducer_beyond_mm"]
ASSUMPTIONS = (BEYOND,)

_GAP_MM = 5.0
"""A vessel or duct inside an organ is no way out of it: gaps this wide are closed."""
_LUNG = ("lung_biopsy.coaxial.pneumothorax", "lung_biopsy.odds.noncoaxial_samples")


@dataclass(frozen=True, slots=True)
class Edges:
    """What a path meets on its way, in mm relative to the aim (negative = before it).

    Attributes:
        surface_mm: pleura or capsule of the target's organ, or the target where it reaches further
            out; None when the organ is not known.
        near_mm: the target's near edge.
    """

    surface_mm: float | None
    near_mm: float


@dataclass(frozen=True, slots=True)
class Seat:
    """Where the introducer stands.

    Attributes:
        at_mm: its tip, relative to the aim.
        stop_mm: length of the stop between the hubs; 0: the hubs meet.
        kept: its tip lies as far beyond pleura or capsule as is wanted; None when they are unknown.
    """

    at_mm: float
    stop_mm: float
    kept: bool | None


def find_edges(case: NeedleCase, path: Path) -> Edges:
    """The last entry into the organ, and into the target, before the aim."""
    target = case.target
    near = _entry_mm(case, path, target.mask)
    if target.organ is None or not case.anatomy.has(target.organ):
        return Edges(None, near)
    whole = case.anatomy.get_structure(target.organ).mask | target.mask
    return Edges(_entry_mm(case, path, whole), near)


def place_introducer(
    fired: Shot, needle: Needle, introducer: Device, found: Edges, beyond_mm: float
) -> Seat:
    """The introducer's tip at the lesion's near edge, as far as needle and organ allow.

    The notch opens only beyond the introducer, so its tip stands no deeper than the needle's before
    the shot; and a needle reaches no farther beyond it than it is longer.
    """
    longer = needle.usable_mm - introducer.usable_mm
    least = -np.inf if found.surface_mm is None else found.surface_mm + beyond_mm
    wanted = max(found.near_mm, fired.tip_after_mm - longer, least)
    at = float(min(fired.tip_before_mm, wanted))
    stop = longer - (fired.tip_after_mm - at)
    kept = None if found.surface_mm is None else bool(at >= least)
    return Seat(at, max(0.0, stop), kept)


def build_finding(
    case: NeedleCase, needle: Needle, introducer: Device, found: Edges, made: Seat
) -> Finding:
    """Whether the introducer stays beyond pleura or capsule; what pair would, where it does not."""
    in_lung = find_site(case) is Site.LUNG
    surface = "pleura" if in_lung else "capsule"
    facts = _LUNG if in_lung else ()
    why = " ".join(quote_fact(f) for f in facts)
    name, sources = "introducer-seat", cite(*facts)
    to_edge = made.at_mm - found.near_mm
    where = "at" if abs(to_edge) < 1.0 else f"{abs(to_edge):.0f} mm {_side(to_edge)}"
    if found.surface_mm is None or made.kept is None:
        text = (
            f"The introducer's tip stands {where} the lesion's near edge. Where the organ begins "
            "is not known here: see on the scan that the tip lies beyond its surface."
        )
        return Finding(name, Status.UNKNOWN, Severity.CAUTION, text)
    if made.kept:
        text = (
            f"The introducer's tip stands {made.at_mm - found.surface_mm:.0f} mm beyond the "
            f"{surface}, {where} the lesion's near edge: one passage for all cores. {why}"
        )
        return Finding(name, Status.MET, Severity.INFO, text.strip(), sources)
    short = found.surface_mm - made.at_mm
    place = f"{short:.0f} mm before the {surface}" if short > 0.0 else f"too close to the {surface}"
    others = ", ".join(d.id for d in _others(case, needle, found))
    way = f"These can: {others}." if others else "No pair of the catalogue can on this path."
    text = (
        f"Introducer not seated: with {needle.name} and {introducer.name} its tip stands {place}, "
        f"so each core passes it anew. {way} {why}"
    )
    severity = Severity.ACTION if in_lung else Severity.CAUTION
    return Finding(name, Status.NOT_MET, severity, text.strip(), sources)


def _side(to_edge_mm: float) -> str:
    return "beyond" if to_edge_mm > 0.0 else "before"


def _others(case: NeedleCase, needle: Needle, found: Edges) -> Iterable[Needle]:
    """Needles of the same gauge and length whose introducer would be seated on this path."""
    beyond = BEYOND.get_value(case.settings.assume)
    for other in catalogue.devices(CoreNeedle):
        pair = choose_introducer(other)
        same = other.gauge == needle.gauge and other.usable_mm == needle.usable_mm
        if (
            same
            and pair is not None
            and place_introducer(compute_shot(other, 0.0), other, pair, found, beyond).kept
        ):
            yield other


def _entry_mm(case: NeedleCase, path: Path, mask: Mask) -> float:
    """Where the run of ``mask`` begins that holds the aim; 0 when the aim lies outside."""
    grid = case.anatomy.grid
    needle = tissue_profile.sample_stretch(path, -path.depth_mm, 0.0, min(grid.spacing_mm) / 4.0)
    points = needle.points_lps_mm
    step = path.depth_mm / (len(points) - 1)
    met = np.flatnonzero(tissue_profile.find_inside(mask, grid, points))
    if not len(met) or (len(points) - 1 - met[-1]) * step > _GAP_MM:
        return 0.0
    breaks = np.flatnonzero(np.diff(met) * step > _GAP_MM)
    first = met[breaks[-1] + 1] if len(breaks) else met[0]
    return float(first * step - path.depth_mm)
