"""Effect: widths of the cava by their names, gaps between the struts, and figures of the bench."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger import evidence
from seldinger.physics.structure.filter import (
    find_aside_mm,
    find_gap_mm,
    find_touching_tilt_deg,
)
from seldinger.plan.treatments.caval_filter.fit import FILLED, spread_diameter
from seldinger.plan.treatments.caval_filter.retrieval import list_techniques
from seldinger.plan.wording import SECONDARY_STAMP, cite, mark
from seldinger.simulate.effect import Effect, EffectTable, Fields, Measure, Profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.anatomy.vessels.cava import CavaLevel
    from seldinger.catalogue.venous import CavalFilter
    from seldinger.plan.treatments.caval_filter.landing import Landing
    from seldinger.plan.treatments.caval_filter.options import CavalFilterOptions
    from seldinger.simulate.effect import Option

KIND = "caval-filter"
PROFILES = ("perimeter diameter", "area diameter", "projected width")
_MIGRATION = (
    "Migration: no calibrated probability. No figure was found that could be relied on; the rates "
    "that exist stand among the outcomes, with who they were seen in."
)
_GAP = (
    "A gap is geometry of a stiff ball: clots are long and soft, and no capture rate follows from "
    "it."
)
_CAPTURE = ("single", "multiple", "range", "size", "eccentric", "levels", "wide", "greenfield")


def describe_effect(
    landing: Landing,
    filter_: CavalFilter,
    options: CavalFilterOptions,
    sd_mm: float,
    tried: tuple[Option, ...],
) -> Effect:
    """What a filter in its place is expected to do, as far as anything is known.

    Args:
        landing: the place.
        filter_: of the catalogue.
        options: clot and tilt as told.
        sd_mm: standard deviation of a perimeter diameter.
        tried: filters that were considered.
    """
    wide = landing.widest
    touching = None
    if wide is not None:
        radius = 0.5 * (wide.perimeter_diameter_mm or 0.0)
        touching = find_touching_tilt_deg(radius, filter_.height_mm, filter_.hub_mm)
    return Effect(
        kind=KIND,
        criterion="the cava by its perimeter against the label; gaps of the struts along the flow",
        model="sections of the label square to the cava; struts as straight lines to a round wall "
        "of the same perimeter",
        measures=tuple(_list_measures(landing, filter_, options, sd_mm, touching)),
        options=tried,
        goal="perimeter-diameter",
        notes=(
            _MIGRATION,
            _GAP,
            *landing.cava.notes,
        ),
        outside_domain=_find_doubt(landing),
        tables=(
            _table_levels(landing, filter_),
            _table_capture(),
            list_techniques(options.tilt_deg, touching),
        ),
    )  # fmt: skip


def collect_fields(landing: Landing) -> Fields:
    """Three widths along the cava, by their names."""
    levels = [one for one in landing.cava.levels if one.known]
    along = np.array([one.at_mm for one in levels])
    rows = (
        [one.perimeter_diameter_mm or 0.0 for one in levels],
        [one.area_diameter_mm or 0.0 for one in levels],
        [one.projected_width_mm or 0.0 for one in levels],
    )
    return Fields(
        profiles={
            name: Profile(along, np.array(row), "mm")
            for name, row in zip(PROFILES, rows, strict=True)
            if len(along)
        }
    )


def _find_doubt(landing: Landing) -> tuple[str, ...]:
    if landing.widest is None:
        return ("no section of the landing zone is seen whole: nothing can be said of the fit",)
    return ()


def _list_measures(
    landing: Landing,
    filter_: CavalFilter,
    options: CavalFilterOptions,
    sd_mm: float,
    touching: float | None,
) -> Iterator[Measure]:
    wide = landing.widest
    limit = filter_.facts.get("largest_cava_mm")
    sources = () if limit is None else cite(limit)
    figure = None if wide is None else wide.perimeter_diameter_mm
    yield Measure(
        "perimeter-diameter", "cava by its perimeter, widest of the landing zone", "mm",
        None if figure is None else spread_diameter(figure, sd_mm),
        at_least=filter_.least_cava_mm, at_most=filter_.largest_cava_mm, sources=sources,
    )  # fmt: skip
    growth = 1.0 + 0.01 * (evidence.fact(FILLED).value or 0.0)
    yield Measure(
        "perimeter-filled", "the same, filled as after resuscitation", "mm",
        None if figure is None else figure * growth, at_most=filter_.largest_cava_mm,
        sources=cite(FILLED),
    )  # fmt: skip
    yield Measure("area-diameter", "cava by its area, there", "mm",
                  None if wide is None else wide.area_diameter_mm)  # fmt: skip
    yield Measure("projected-width", "cava from the front, there; it decides nothing", "mm",
                  None if wide is None else wide.projected_width_mm)  # fmt: skip
    yield Measure("oversize", "struts wider than the cava", "mm",
                  None if figure is None else filter_.free_diameter_mm - figure)  # fmt: skip
    yield Measure("landing-room", "cava below the renal veins", "mm", landing.room_mm)
    yield Measure("bend", "bend of the cava over the filter", "deg", landing.bend_deg)
    yield Measure("touching-tilt", "tilt at which the head lies at the wall", "deg", touching)
    yield from _list_gaps(filter_, options, figure)


def _list_gaps(
    filter_: CavalFilter, options: CavalFilterOptions, figure: float | None
) -> Iterator[Measure]:
    struts = filter_.struts
    known = figure is not None and struts is not None
    radius = 0.5 * (figure or 0.0)
    gap = find_gap_mm(radius, struts or 0) if known else None
    yield Measure("gap", "largest ball between two struts and wall, upright", "mm", gap,
                  at_most=options.clot_mm)  # fmt: skip
    if options.tilt_deg is None or not known:
        return
    aside = min(find_aside_mm(filter_.height_mm, options.tilt_deg), radius - 0.5 * filter_.hub_mm)
    yield Measure(
        "gap-tilted", f"the same, tilted by {options.tilt_deg:g} degrees as measured", "mm",
        find_gap_mm(radius, struts or 0, aside), at_most=options.clot_mm,
    )  # fmt: skip


def _table_levels(landing: Landing, filter_: CavalFilter) -> EffectTable:
    renal = landing.cava.renal_mm or 0.0
    shown = [one for one in landing.cava.levels if one.at_mm <= renal + 30.0][::2]
    inside = {one.at_mm for one in landing.levels}
    rows = tuple(_row(one, renal) for one in shown)
    return EffectTable(
        "The cava, level by level",
        ("Below the renal veins", "Perimeter", "Area", "From the front", "Short x long axis"),
        rows,
        tuple(n for n, one in enumerate(shown) if one.at_mm in inside),
        tuple(n for n, one in enumerate(shown)
              if (one.perimeter_diameter_mm or 0.0) > filter_.largest_cava_mm),
        "Diameters in mm: perimeter over pi, of a disc as large, and of the projection. Strong: "
        "where the filter lies.",
    )  # fmt: skip


def _row(one: CavaLevel, renal_mm: float) -> tuple[str, ...]:
    where = f"{renal_mm - one.at_mm:+.0f} mm"
    if not one.known:
        return (where, "not seen whole", "", "", "")
    return (
        where, f"{one.perimeter_diameter_mm:.1f}", f"{one.area_diameter_mm:.1f}",
        f"{one.projected_width_mm:.1f}", f"{one.short_mm:.1f} x {one.long_mm:.1f}",
    )  # fmt: skip


def _table_capture() -> EffectTable:
    """What filters kept back on the bench, with the conditions; none of it a patient's chance."""
    rows = []
    for key in _CAPTURE:
        fact = evidence.fact(f"caval_filter.capture.{key}")
        sd = "" if fact.sd is None else f" (SD {fact.sd:g})"
        rows.append((f"{fact.statement.rstrip('.')}{sd}.", fact.population, mark(fact)))
    note = (
        "Figures of tubes and of the filters that were tested, not of this filter in this patient. "
        "Limits of labels are marked: " + SECONDARY_STAMP + "."
    )
    return EffectTable("What filters keep back on the bench", ("Figure", "Conditions", "Source"),
                       tuple(rows), (), (), note)  # fmt: skip
