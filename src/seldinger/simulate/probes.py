"""Probes: devices of the catalogue at work, as sources or cold bodies; what they must not do."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from seldinger.catalogue.applicators import applicator
from seldinger.core.errors import SimulationError
from seldinger.core.space import unit
from seldinger.physics.thermal.bodies import FixedBody, Rod
from seldinger.physics.thermal.sources import Absorption, Source, antenna
from seldinger.simulate import shapes, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.catalogue.applicators import Applicator
    from seldinger.core.space import Grid, Points
    from seldinger.simulate.layout_tools import ProbeSection
    from seldinger.simulate.place import Place

_PARALLEL = 1e-9
_AT_WORK = ("heat", "freeze")
_FIT_PERFUSION = 1.05
"""A fit holds for its own perfusion; beyond this ratio that is said."""


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """A device where it works.

    Attributes:
        name: as it is printed, by its place in the file.
        device: of the catalogue.
        asked: the section that asks for it.
        shaft: from the tip to the hub.
        outside: what lies beyond its table, in words; allowed, and marked.
    """

    name: str
    device: Applicator
    asked: ProbeSection
    shaft: Rod
    outside: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """Of the whole schedule."""
        return self.asked.seconds or sum(step.seconds for step in self.asked.schedule)

    @property
    def works_s(self) -> float:
        """Time at work: heating or freezing."""
        if self.asked.seconds is not None:
            return self.asked.seconds
        return sum(step.seconds for step in self.asked.schedule if step.act in _AT_WORK)

    @property
    def most_w(self) -> float | None:
        """Highest power asked for; none for cold."""
        if self.asked.power_w is not None:
            return self.asked.power_w
        powers = [step.power_w for step in self.asked.schedule if step.power_w is not None]
        return max(powers, default=None)


def placed(
    grid: Grid, sections: Sequence[ProbeSection], current_s: float | None
) -> tuple[Probe, ...]:
    """The probes of an experiment.

    Args:
        grid: where their tips must lie.
        sections: in the order of the file.
        current_s: how long electrodes are driven together; none without radiofrequency.

    Raises:
        CatalogueError: no such device.
        SimulationError: outside the grid or the table, without a choice, or in each other's way.
    """
    made = []
    for number, section in enumerate(sections, start=1):
        device = applicator(section.device)
        name = f"probe {number}"
        shapes.inside(grid, name, section.tip_lps_mm)
        try:
            unit(np.asarray(section.axis_lps))
        except ValueError as wrong:
            raise SimulationError(f"{name}: axis_lps is zero: say where its hub is") from wrong
        shaft = Rod(
            section.tip_lps_mm, section.axis_lps, device.usable_mm, 0.5 * device.diameter_mm
        )
        probe = Probe(name, device, section, shaft, ())
        _check_programme(probe, current_s)
        works_s = probe.works_s if current_s is None else current_s
        outside = table.beyond(device, probe.most_w, works_s)
        if outside and not section.outside_table:
            raise SimulationError(
                f"{name}: outside the published table of {device.id}: {'; '.join(outside)}; keep "
                f"within, or say outside_table = true to have it marked"
            )
        made.append(Probe(name, device, section, shaft, outside))
    kinds = {probe.device.modality for probe in made}
    if len(kinds) > 1:
        raise SimulationError(f"probes of one kind at a time, got {', '.join(sorted(kinds))}")
    _clear(made)
    return tuple(made)


def _check_programme(probe: Probe, current_s: float | None) -> None:
    """Electrodes are driven together by [radiofrequency]; everything else says what it does."""
    asked, driven = probe.asked, probe.device.modality == "radiofrequency"
    programmed = asked.power_w is not None or bool(asked.schedule)
    if driven and programmed:
        raise SimulationError(
            f"{probe.name}: electrodes are driven together: say how under [radiofrequency], not "
            f"by power_w, seconds or a schedule"
        )
    if driven and current_s is None:
        raise SimulationError(
            f"[radiofrequency] is missing: {probe.name} is an electrode; say how it is driven"
        )
    if not driven and not programmed:
        raise SimulationError(
            f"{probe.name}: say what it does: either power_w with seconds, or a schedule"
        )


def _clear(probes: Sequence[Probe]) -> None:
    """Refuse shafts that touch or cross."""
    for one, other in combinations(probes, 2):
        gap = _apart_mm(one.shaft, other.shaft)
        need = one.shaft.radius_mm + other.shaft.radius_mm
        if gap < need:
            raise SimulationError(
                f"{one.name} and {other.name} collide: their axes come within {gap:.1f} mm, at "
                f"least {need:.1f} mm are needed; move one"
            )


def _apart_mm(one: Rod, other: Rod) -> float:
    """Shortest distance between the axes of two rods."""
    p, q = np.asarray(one.tip_lps_mm), np.asarray(other.tip_lps_mm)
    d, e = (r.length_mm * unit(np.asarray(r.axis_lps)) for r in (one, other))
    found = [_to_axis(p, other), _to_axis(p + d, other), _to_axis(q, one), _to_axis(q + e, one)]
    a, b, c, w = d @ d, d @ e, e @ e, p - q
    across = a * c - b * b
    if across > _PARALLEL * a * c:
        s, t = (b * (e @ w) - c * (d @ w)) / across, (a * (e @ w) - b * (d @ w)) / across
        if 0.0 <= s <= 1.0 and 0.0 <= t <= 1.0:
            found.append(float(np.linalg.norm(w + s * d - t * e)))
    return min(found)


def _to_axis(point: Points, rod: Rod) -> float:
    return float(rod.distance_mm(point[None])[0])


def source(grid: Grid, probe: Probe) -> Source:
    """A microwave antenna as a source.

    Raises:
        CatalogueError: it has no fit, and the file gives no absorption of its own.
    """
    asked = probe.asked
    own = asked.absorption
    absorption = (
        probe.device.absorption
        if own is None
        else Absorption(
            own.attenuation_per_mm, own.sigma_mm, own.behind_tip_mm, own.efficiency,
            probe.shaft.radius_mm,
        )
    )  # fmt: skip
    power = shapes.schedule(probe.name, asked.power_w, asked.seconds, asked.schedule)
    return antenna(grid, probe.name, asked.tip_lps_mm, asked.axis_lps, absorption, power)


def cold(grid: Grid, probe: Probe) -> FixedBody:
    """A cryoprobe as a body that holds a temperature.

    Raises:
        SimulationError: colder than its coolant boils, or a choice is missing.
    """
    asked, device = probe.asked, probe.device
    if asked.power_w is not None:
        raise SimulationError(f"{probe.name}: a cryoprobe has no power; give it a schedule")
    if asked.ramp_s is None:
        raise SimulationError(
            f"{probe.name}: ramp_s is missing: seconds to its temperature (0: at once)"
        )
    for step in asked.schedule:
        boils = device.coolant_boiling_c
        if boils is not None and step.temperature_c is not None and step.temperature_c < boils:
            raise SimulationError(
                f"{probe.name}: {step.temperature_c:g} C is colder than the coolant of "
                f"{device.id} boils ({boils:g} C): no probe gets there"
            )
    shape = Rod(asked.tip_lps_mm, asked.axis_lps, device.active_mm or 0.0, 0.5 * device.diameter_mm)
    plan = shapes.programme(probe.name, asked.schedule, asked.ramp_s)
    limit = asked.limit_w if asked.limit_w is not None else device.cooling_limit_w
    return shapes.rod(grid, probe.name, shape, plan, None, limit)


def remarks(place: Place, probes: Sequence[Probe]) -> tuple[str, ...]:
    """What a reader must know about the probes before he believes the rest."""
    found = [
        f"{p.name} is outside the table of {p.device.id}: {beyond}"
        for p in probes
        for beyond in p.outside
    ]
    perfusion = [t.perfusion_per_s for t in place.tissues]
    for probe in probes:
        device, fit = probe.device, probe.device.fit
        found += table.untold(device, probe.most_w, len(probes))
        if device.assumption is not None:
            found.append(f"{device.id}: {device.assumption}")
        if device.cooled and probe.device.controller is not None:
            found.append(f"{device.id}: its controller is the one of the file, not the device's")
        if device.modality == "cryo" and (probe.asked.limit_w or device.cooling_limit_w) is None:
            found.append(f"{device.id}: its cooling limit is not known; none was set")
        if device.modality != "microwave" or fit is None or probe.asked.absorption is not None:
            continue
        if not fit.assessable:
            found.append(f"{device.id}: its fit is not assessable: {fit.why}")
        ratio = max(*perfusion, 1e-9) / max(fit.perfusion_per_s, 1e-9)
        if max(ratio, 1.0 / ratio) > _FIT_PERFUSION:
            found.append(
                f"{device.id}: its fit is {fit.mode}, for a perfusion of {fit.perfusion_per_s:g} "
                f"1/s in {fit.tissue}; here it is {max(perfusion):g} 1/s"
            )
    return tuple(dict.fromkeys(found))
