"""Ablation as an effect: the measures of heat and cold, written and read by name in one place.

``describe`` makes the ``Effect`` that a plan holds; ``read`` gives it back with its figures as
attributes, for ablation's own findings, pages and tests. ``read_fields`` does so for the fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.quantity import Spread
from seldinger.core.volume import Volume
from seldinger.simulate.effect import (
    Effect,
    Fields,
    Measure,
    Option,
    ScalarSurface,
    StructureEffect,
    Trace,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points
    from seldinger.core.volume import Mask

KIND = "ablation"
MARGIN, SUBCAPSULAR = "minimal-ablative-margin", "subcapsular-margin"
COVERAGE, COVERAGE_TARGET, COMPLETE = "coverage", "target-coverage", "complete-ablation"
ZONE, ICE, OTHER_MODE = "zone-volume", "visible-ice-volume", "zone-volume-of-other-model"
AXES = ("zone-long-axis", "zone-middle-axis", "zone-short-axis")
ENERGY = "zone-volume-by-energy"
DISTANCE, EXTREME, SPACING = "distance", "extreme-temperature", "spacing"
_AXIS_WORDS = ("longest", "middle", "shortest")


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A structure that heat or cold must spare.

    Attributes:
        structure: our term.
        distance_mm: from the ablation zone to it; 0 when the zone reaches it, None when nobody has
            segmented it.
        extreme_c: hottest (or coldest) that any of it becomes; None when unknown.
        limit_mm: distance asked for; None when no source gives one.
        limit_c: temperature it should keep; an assumption.
        kept: whether both limits are kept; None when unknown.
        protection: what would protect it; empty when nothing is needed.
        sources: keys of the bibliography.
    """

    structure: str
    distance_mm: float | None
    extreme_c: float | None
    limit_mm: float | None
    limit_c: float | None
    kept: bool | None
    protection: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """What ``describe`` makes an effect of.

    Attributes:
        criterion: what is called dead, in words.
        mode: "chart-calibrated" or "physiological": which the figures are.
        minimal_margin_mm: of the tumour's surface away from the capsule.
        subcapsular_margin_mm: of the surface under the capsule; None when there is none.
        margin_asked_mm: what was asked.
        coverage: share of target plus margin (inside the organ) that dies, nominal, 0 to 1.
        coverage_target: share of the target that dies, nominal.
        coverage_probability: share of samples with complete ablation.
        zone_volume_ml: nominal.
        zone_axes_mm: lengths of the nominal zone's largest piece along its principal axes, as a
            caliper reads them: longest, middle and shortest.
        visible_ice_ml: volume of visible ice; None for heat.
        other_mode_volume_ml: zone by the other mode; None where there is only one.
        ml_per_kj: zone volume per energy sent out; None for cold.
        at_risk: structures to spare.
        samples: how many were drawn.
        variance: source of uncertainty -> its share of the variance of the minimal margin.
        options: what else was considered; the chosen row holds the figures of the plan.
        notes: what a reader must know before he believes the rest.
        outside_domain: see ``Effect``.
    """

    criterion: str
    mode: str
    minimal_margin_mm: Spread
    subcapsular_margin_mm: Spread | None
    margin_asked_mm: float
    coverage: float
    coverage_target: float
    coverage_probability: float
    zone_volume_ml: float
    zone_axes_mm: tuple[float, float, float]
    visible_ice_ml: float | None
    other_mode_volume_ml: float | None
    ml_per_kj: float | None
    at_risk: tuple[AtRisk, ...]
    samples: int
    variance: dict[str, float]
    options: tuple[Option, ...]
    notes: tuple[str, ...] = ()
    outside_domain: tuple[str, ...] | None = None

    @property
    def cold(self) -> bool:
        """Whether it is cold that kills."""
        return self.visible_ice_ml is not None

    @property
    def dominant(self) -> str:
        """What most of the variance of the margin comes from."""
        return max(self.variance, key=lambda name: self.variance[name], default="")


def describe(figures: Figures) -> Effect:
    """``figures`` as the effect that a plan holds; ``read`` is its inverse."""
    f = figures
    measures = [
        Measure(MARGIN, "minimal ablative margin", "mm", f.minimal_margin_mm, f.margin_asked_mm),
        Measure(COMPLETE, "probability of complete ablation", "1",
                f.coverage_probability),
        Measure(COVERAGE, "target and margin ablated", "1", f.coverage),
        Measure(COVERAGE_TARGET, "target ablated", "1", f.coverage_target),
        Measure(ZONE, "volume of the ablation zone", "mL", f.zone_volume_ml),
        *(
            Measure(name, f"{word} axis of the ablation zone", "mm", length)
            for name, word, length in zip(AXES, _AXIS_WORDS, f.zone_axes_mm, strict=True)
        ),
    ]  # fmt: skip
    also = (
        (SUBCAPSULAR, "margin under the capsule", "mm", f.subcapsular_margin_mm),
        (ICE, "volume of visible ice", "mL", f.visible_ice_ml),
        (OTHER_MODE, "volume of the ablation zone by the other model", "mL",
         f.other_mode_volume_ml),
        (ENERGY, "volume of the ablation zone by energy sent out", "mL/kJ", f.ml_per_kj),
    )  # fmt: skip
    measures += [Measure(*known) for known in also if known[3] is not None]
    return Effect(
        kind=KIND,
        criterion=f.criterion,
        model=f.mode,
        measures=tuple(measures),
        structures=tuple(_structure(one, cold=f.cold) for one in f.at_risk),
        options=f.options,
        complete=COMPLETE,
        goal=MARGIN,
        samples=f.samples,
        variance=f.variance,
        notes=f.notes,
        outside_domain=f.outside_domain,
    )


def read(effect: Effect | None) -> Figures | None:
    """The figures of an ablation; None where ``effect`` is none of an ablation."""
    if effect is None or effect.kind != KIND:
        return None
    values = {m.id: m.value for m in effect.measures}

    def figure(name: str) -> float:
        value = effect.measure(name).nominal
        return float("nan") if value is None else value

    def maybe(name: str) -> float | None:
        return figure(name) if name in values else None

    margin, under = effect.measure(MARGIN), values.get(SUBCAPSULAR)
    return Figures(
        criterion=effect.criterion,
        mode=effect.model,
        minimal_margin_mm=_spread(margin.value),
        subcapsular_margin_mm=None if under is None else _spread(under),
        margin_asked_mm=margin.at_least or 0.0,
        coverage=figure(COVERAGE),
        coverage_target=figure(COVERAGE_TARGET),
        coverage_probability=figure(COMPLETE),
        zone_volume_ml=figure(ZONE),
        zone_axes_mm=(figure(AXES[0]), figure(AXES[1]), figure(AXES[2])),
        visible_ice_ml=maybe(ICE),
        other_mode_volume_ml=maybe(OTHER_MODE),
        ml_per_kj=maybe(ENERGY),
        at_risk=tuple(_at_risk(one) for one in effect.structures),
        samples=effect.samples,
        variance=effect.variance,
        options=effect.options,
        notes=effect.notes,
        outside_domain=effect.outside_domain,
    )


def describe_option(
    minimal_margin_mm: float, coverage: float, zone_volume_ml: float, spacing_mm: float | None
) -> tuple[Measure, ...]:
    """The measures of one row of the table of alternatives.

    Args:
        minimal_margin_mm: the thinnest place, negative where tumour is left.
        coverage: share of target plus margin that dies, 0 to 1.
        zone_volume_ml: volume that dies.
        spacing_mm: between neighbours; None for one.
    """
    return (
        Measure(MARGIN, "minimal ablative margin", "mm", minimal_margin_mm),
        Measure(COVERAGE, "target and margin ablated", "1", coverage),
        Measure(ZONE, "volume of the ablation zone", "mL", zone_volume_ml),
        Measure(SPACING, "distance between neighbours", "mm", spacing_mm),
    )


def _spread(value: Spread | float | None) -> Spread:
    if isinstance(value, Spread):
        return value
    figure = float("nan") if value is None else value
    return Spread(figure, figure, figure, figure)


def _structure(one: AtRisk, *, cold: bool) -> StructureEffect:
    least, most = (one.limit_c, None) if cold else (None, one.limit_c)
    word = "coldest" if cold else "hottest"
    return StructureEffect(
        one.structure,
        (
            Measure(DISTANCE, "distance from the ablation zone", "mm", one.distance_mm,
                    one.limit_mm, sources=one.sources),
            Measure(EXTREME, f"{word} place of it", "Cel", one.extreme_c, least, most),
        ),
        one.kept,
        one.protection,
        one.sources,
    )  # fmt: skip


def _at_risk(one: StructureEffect) -> AtRisk:
    away, extreme = one.measure(DISTANCE), one.measure(EXTREME)
    limit_c = extreme.at_least if extreme.at_most is None else extreme.at_most
    return AtRisk(
        one.structure, away.nominal, extreme.nominal, away.at_least, limit_c, one.kept,
        one.protection, one.sources,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class AblationFields:
    """The fields of an ablation.

    Attributes:
        grid: 1 mm, aligned.
        zone: what dies by the plan as drawn, (i, j, k).
        edge_mm: distance to the zone's edge, read between the cells, positive inside, float32.
        kill_probability: share of samples in which a cell dies, float32 (i, j, k).
        temperature_c: hottest (or coldest) of each cell, float32 (i, j, k).
        ice: visible ice; None for heat.
        times_s: (n,) of the curves.
        curves_c: structure at risk -> (n,) temperature of its nearest point over time.
        surface_lps_mm: (m, 3) points of the tumour's surface.
        surface_margin_mm: (m,) margin there, nominal.
        subcapsular: (m,) which of them lie under the capsule.
        margins_mm: (samples,) minimal margin of each sample.
    """

    grid: Grid
    zone: Mask
    edge_mm: NDArray[np.float32]
    kill_probability: NDArray[np.float32]
    temperature_c: NDArray[np.float32]
    ice: Mask | None
    times_s: NDArray[np.float64]
    curves_c: Mapping[str, NDArray[np.float64]]
    surface_lps_mm: Points
    surface_margin_mm: NDArray[np.float64]
    subcapsular: NDArray[np.bool_]
    margins_mm: NDArray[np.float64]


def describe_fields(fields: AblationFields) -> Fields:
    """``fields`` as those that a plan holds; ``read_fields`` is its inverse."""
    f = fields
    volumes: list[tuple[str, NDArray[np.generic], str]] = [
        ("zone", f.zone, "1"),
        ("edge_distance", f.edge_mm, "mm"),
        ("kill_probability", f.kill_probability, "1"),
        ("temperature", f.temperature_c, "Cel"),
    ]
    if f.ice is not None:
        volumes.append(("ice", f.ice, "1"))
    return Fields(
        volumes={name: Volume(values, f.grid, unit) for name, values, unit in volumes},
        traces={name: Trace(f.times_s, curve, "Cel") for name, curve in f.curves_c.items()},
        surfaces={
            "margin": ScalarSurface(f.surface_lps_mm, f.surface_margin_mm, "mm", f.subcapsular)
        },
        draws={MARGIN: f.margins_mm},
    )


def read_fields(fields: Fields | None) -> AblationFields | None:
    """The fields of an ablation; None where ``fields`` are none of an ablation."""
    if fields is None or not {"zone", "kill_probability"} <= set(fields.volumes):
        return None
    zone, surface = fields.volumes["zone"], fields.surfaces["margin"]
    ice = fields.volumes.get("ice")
    return AblationFields(
        grid=zone.grid,
        zone=zone.values,
        edge_mm=fields.volumes["edge_distance"].values,
        kill_probability=fields.volumes["kill_probability"].values,
        temperature_c=fields.volumes["temperature"].values,
        ice=None if ice is None else ice.values,
        times_s=_times_s(fields.traces.values()),
        curves_c={name: trace.values for name, trace in fields.traces.items()},
        surface_lps_mm=surface.points_lps_mm,
        surface_margin_mm=surface.values,
        subcapsular=surface.marked,
        margins_mm=fields.draws[MARGIN],
    )


def _times_s(traces: Iterable[Trace]) -> NDArray[np.float64]:
    return next((trace.times_s for trace in traces), np.zeros(0))
