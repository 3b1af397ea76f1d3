"""Fit: a filter against the cava's perimeter at each level, and against nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.finding import Finding
from seldinger.core.quantity import Spread
from seldinger.core.verdict import Severity, Status
from seldinger.physics.structure.filter import find_aside_mm, find_gap_mm
from seldinger.plan.wording import SECONDARY_STAMP, cite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.catalogue.venous import CavalFilter
    from seldinger.plan.treatments.caval_filter.landing import Landing
    from seldinger.plan.treatments.caval_filter.options import CavalFilterOptions

Z90 = 1.645
FILLED = "caval_filter.volume.perimeter"
_OTHERS = ("caval_filter.volume.area", "caval_filter.volume.minor", FILLED)
_GAP = ("caval_filter.capture.greenfield", "caval_filter.capture.size")
_PROJECTED = ("caval_filter.cava.projected", "caval_filter.cava.perimeter")


def spread_diameter(diameter_mm: float, sd_mm: float) -> Spread:
    """A measured diameter with what its sections scatter by.

    Args:
        diameter_mm: as measured.
        sd_mm: standard deviation of the measurement.
    """
    return Spread(diameter_mm, diameter_mm - Z90 * sd_mm, diameter_mm, diameter_mm + Z90 * sd_mm)


def judge_fit(
    landing: Landing,
    filter_: CavalFilter,
    options: CavalFilterOptions,
    sd_mm: float,
    oversize_mm: float,
) -> tuple[Finding, ...]:
    """The label's limits at every level of the landing zone, by perimeter.

    Args:
        landing: the place.
        filter_: of the catalogue.
        options: how full the patient was.
        sd_mm: standard deviation of a perimeter diameter.
        oversize_mm: by which struts must open wider than the cava.
    """
    return (
        *_judge_label(landing, filter_, sd_mm),
        _judge_filling(landing, filter_, options),
        *_tell_projection(landing, filter_),
        _judge_apposition(landing, filter_, oversize_mm),
        *_judge_room(landing, filter_),
        *_judge_clots(landing),
        *_judge_gap(landing, filter_, options),
    )


def _judge_label(landing: Landing, filter_: CavalFilter, sd_mm: float) -> Iterator[Finding]:
    wide, narrow = landing.widest, landing.narrowest
    lost = sum(not one.known for one in landing.levels)
    if wide is None or narrow is None or lost:
        text = (
            f"{lost} of {len(landing.levels)} sections of the landing zone are not seen whole: "
            "their perimeter is unknown, and no other width stands in for it."
        )
        yield Finding("perimeter-known", Status.UNKNOWN, Severity.ACTION, text)
    if wide is None or narrow is None:
        return
    fact = filter_.facts.get("largest_cava_mm")
    sources = () if fact is None else cite(fact)
    most, least = filter_.largest_cava_mm, filter_.least_cava_mm
    figure, small = wide.perimeter_diameter_mm or 0.0, narrow.perimeter_diameter_mm or 0.0
    low, high = figure - Z90 * sd_mm, figure + Z90 * sd_mm
    told = f"By its perimeter the cava is at most {figure:.1f} mm wide ({low:.1f} to {high:.1f})"
    stamp = SECONDARY_STAMP if fact else ""
    facts = (fact,) if fact else ()
    if high <= most:
        text = f"{told}; the label allows {most:g} mm."
        yield Finding("label-largest", Status.MET, Severity.INFO, text, sources, facts=facts,
                      stamp=stamp)  # fmt: skip
    elif low > most:
        text = f"{told}; the label allows {most:g} mm: this filter does not fit."
        yield Finding("label-largest", Status.NOT_MET, Severity.STOP, text, sources, facts=facts,
                      stamp=stamp)  # fmt: skip
    else:
        text = f"{told}; the label's {most:g} mm lie within the doubt: measure on a finer scan."
        yield Finding("label-largest", Status.UNKNOWN, Severity.ACTION, text, sources, facts=facts,
                      stamp=stamp)  # fmt: skip
    if least is not None and small - Z90 * sd_mm < least:
        text = f"At its narrowest the cava is {small:.1f} mm wide; the label asks for {least:g} mm."
        yield Finding("label-least", Status.NOT_MET, Severity.ACTION, text, sources)


def _judge_filling(landing: Landing, filter_: CavalFilter, options: CavalFilterOptions) -> Finding:
    """Whether it still fits when the vein fills: the perimeter grows, if least of all widths."""
    area, minor, perimeter = (evidence.fact(key) for key in _OTHERS)
    wide = landing.widest
    told = (
        f"After resuscitation area rose by {area.value:g} %, the short axis by {minor.value:g} %, "
        f"the perimeter by {perimeter.value:g} % ({perimeter.population})."
    )
    if wide is None:
        return Finding("filling", Status.UNKNOWN, Severity.INFO, told, cite(*_OTHERS))
    filled = (wide.perimeter_diameter_mm or 0.0) * (1.0 + 0.01 * (perimeter.value or 0.0))
    most = filter_.largest_cava_mm
    text = f"Filled by as much, {filled:.1f} mm against the label's {most:g}. {told}"
    if filled <= most:
        return Finding("filling", Status.MET, Severity.INFO, text, cite(*_OTHERS))
    if options.volume == "normal":
        text = f"Scanned while not short of volume, as told. {text}"
        return Finding("filling", Status.MET, Severity.CAUTION, text, cite(*_OTHERS))
    if options.volume == "low":
        text = f"Scanned while short of volume, as told: it will be wider than the label. {text}"
        return Finding("filling", Status.NOT_MET, Severity.ACTION, text, cite(*_OTHERS))
    text = f"How full the patient was when scanned was not told. {text}"
    return Finding("filling", Status.UNKNOWN, Severity.ACTION, text, cite(*_OTHERS))


def _tell_projection(landing: Landing, filter_: CavalFilter) -> Iterator[Finding]:
    """What is seen from the front, beside the perimeter; it decides nothing."""
    wide = landing.widest
    if wide is None or wide.projected_width_mm is None or wide.perimeter_diameter_mm is None:
        return
    front, around = wide.projected_width_mm, wide.perimeter_diameter_mm
    text = (
        f"Seen from the front {front:.1f} mm, {front - around:+.1f} against the perimeter: "
        f"{evidence.fact(_PROJECTED[0]).statement} It decides nothing here."
    )
    most = filter_.largest_cava_mm
    if (front <= most) is not (around <= most):
        text = f"{text} By it alone the label would be judged the other way."
    yield Finding("projection", Status.MET, Severity.INFO, text, cite(*_PROJECTED))


def _judge_apposition(landing: Landing, filter_: CavalFilter, oversize_mm: float) -> Finding:
    wide = landing.widest
    if wide is None:
        text = "Whether the struts reach the wall is unknown."
        return Finding("apposition", Status.UNKNOWN, Severity.ACTION, text)
    over = filter_.free_diameter_mm - (wide.perimeter_diameter_mm or 0.0)
    text = (
        f"Struts would open {over:.1f} mm wider than the cava; {oversize_mm:g} mm are taken for "
        "enough to press against its wall (an assumption)."
    )
    status = Status.MET if over >= oversize_mm else Status.NOT_MET
    return Finding("apposition", status, Severity.ACTION, text)


def _judge_room(landing: Landing, filter_: CavalFilter) -> Iterator[Finding]:
    """Whether the filter lies between confluence and renal veins."""
    if landing.cava.renal_doubt:
        text = (
            f"The height of the renal veins is not sure: {landing.cava.renal_doubt}. Look at it, "
            "and tell it (renal_z_mm), or correct the label."
        )
        yield Finding("renal-level", Status.UNKNOWN, Severity.ACTION, text)
    else:
        text = f"Lowest renal vein by: {landing.cava.renal_from}."
        yield Finding("renal-level", Status.MET, Severity.INFO, text)
    if landing.room_mm is None:
        text = (
            "Where the cava begins is not shown: its length below the renal veins is at least "
            f"{landing.cava.renal_mm or 0.0:.0f} mm."
        )
        short = landing.head_mm - landing.feet_mm < filter_.height_mm
        severity = Severity.ACTION if short else Severity.CAUTION
        yield Finding("landing-room", Status.UNKNOWN, severity, text)
        return
    needed = landing.room_mm - landing.head_mm + filter_.height_mm
    text = f"{landing.room_mm:.0f} mm below the renal veins; the filter takes {needed:.0f} of them."
    status = Status.MET if needed <= landing.room_mm else Status.NOT_MET
    yield Finding("landing-room", status, Severity.ACTION, text)


def _judge_clots(landing: Landing) -> Iterator[Finding]:
    """Labelled clots in the cava, whatever was answered of them."""
    for number, (name, low, high) in enumerate(landing.cava.clots, start=1):
        renal = landing.cava.renal_mm or 0.0
        where, severity = "where the filter would lie", Severity.ACTION
        if high < landing.feet_mm:
            where, severity = "below the filter", Severity.CAUTION
        elif low > landing.head_mm:
            where = "above the filter"
        text = (
            f"By its label {name} lies in the cava, {low - renal:+.0f} to {high - renal:+.0f} mm "
            f"from the renal veins: {where}. No filter is pushed through a clot; it is released "
            "above it."
        )
        yield Finding(f"labelled-clot-{number}", Status.NOT_MET, severity, text)


def _judge_gap(
    landing: Landing, filter_: CavalFilter, options: CavalFilterOptions
) -> Iterator[Finding]:
    """The feared clot against the gap between struts: geometry, no capture rate."""
    wide = landing.widest
    if options.clot_mm is None or filter_.struts is None or wide is None:
        text = (
            "The clot was not told, or the filter has no ring of struts: gaps are not held to it."
        )
        yield Finding("clot-gap", Status.UNKNOWN, Severity.INFO, text)
        return
    radius = 0.5 * (wide.perimeter_diameter_mm or 0.0)
    aside = 0.0
    if options.tilt_deg is not None:
        most = radius - 0.5 * filter_.hub_mm
        aside = min(find_aside_mm(filter_.height_mm, options.tilt_deg), most)
    gap = find_gap_mm(radius, filter_.struts, aside)
    status = Status.MET if gap <= options.clot_mm else Status.NOT_MET
    text = (
        f"A stiff ball of {gap:.1f} mm passes between two struts; the feared clot is "
        f"{options.clot_mm:g} mm thick. Geometry, no capture rate."
    )
    yield Finding("clot-gap", status, Severity.CAUTION, text, cite(*_GAP))
