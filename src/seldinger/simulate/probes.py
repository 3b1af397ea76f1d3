"""Probes: devices of the catalogue as a file puts them to work; what they must not do."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from seldinger.catalogue.applicators import applicator
from seldinger.core.errors import SimulationError
from seldinger.core.space import gap_mm, unit
from seldinger.simulate import shapes, table
from seldinger.simulate.thermal.modalities import find_modality
from seldinger.simulate.thermal.setup import Placed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.core.space import Grid, Points
    from seldinger.simulate.layout_tools import ProbeSection, RadiofrequencySection
    from seldinger.simulate.place import Place
    from seldinger.simulate.thermal.modalities.base import Modality

_AT_WORK = ("heat", "freeze")
_FIT_PERFUSION = 1.05
"""A fit holds for its own perfusion; beyond this ratio that is said."""


def place_probes(
    grid: Grid, sections: Sequence[ProbeSection], driven: RadiofrequencySection | None
) -> tuple[Placed, ...]:
    """The probes of an experiment.

    Args:
        grid: where their tips must lie.
        sections: in the order of the file.
        driven: how electrodes are driven together; None without radiofrequency.

    Raises:
        CatalogueError: no such device.
        SimulationError: outside the grid or the table, without a choice, or in each other's way.
    """
    made = tuple(_probe(grid, n, section) for n, section in enumerate(sections, start=1))
    for probe, section in zip(made, sections, strict=True):
        _check_programme(probe, find_modality(made), driven)
        outside = list_beyond(probe, driven)
        if outside and not section.outside_table:
            raise SimulationError(
                f"{probe.name}: outside the published table of {section.device}: "
                f"{'; '.join(outside)}; keep within, or say outside_table = true to have it marked"
            )
    _clear(made)
    return made


def _check_programme(
    probe: Placed, modality: Modality, driven: RadiofrequencySection | None
) -> None:
    """Electrodes are driven together by [radiofrequency]; everything else says what it does."""
    if modality.driven and probe.schedule:
        raise SimulationError(
            f"{probe.name}: electrodes are driven together: say how under [radiofrequency], not "
            f"by power_w, seconds or a schedule"
        )
    if modality.driven and driven is None:
        raise SimulationError(
            f"[radiofrequency] is missing: {probe.name} is an electrode; say how it is driven"
        )
    if not modality.driven and not probe.schedule:
        raise SimulationError(
            f"{probe.name}: say what it does: either power_w with seconds, or a schedule"
        )


def _probe(grid: Grid, number: int, section: ProbeSection) -> Placed:
    device, name, own = applicator(section.device), f"probe {number}", section.absorption
    shapes.check_inside(grid, name, section.tip_lps_mm)
    if not any(section.axis_lps):
        raise SimulationError(f"{name}: axis_lps is zero: say where its hub is")
    return Placed(
        device,
        section.tip_lps_mm,
        section.axis_lps,
        section.phases,
        name=name,
        absorption=None if own is None else own.make_absorption(0.5 * device.diameter_mm),
        ramp_s=section.ramp_s,
        limit_w=device.cooling_limit_w if section.limit_w is None else section.limit_w,
        core_c=section.coolant_c,
        shaft_mm=max(0.0, device.usable_mm - (device.active_mm or 0.0)),
        potential=section.potential,
    )  # fmt: skip


def list_beyond(probe: Placed, driven: RadiofrequencySection | None) -> tuple[str, ...]:
    """What of a probe's work lies outside its device's table, in words."""
    works_s = sum(phase.seconds for phase in probe.schedule if phase.act in _AT_WORK)
    seconds = works_s if driven is None else driven.seconds
    return table.list_beyond(probe.applicator, probe.most_w, seconds)


def locate_ends(probe: Placed) -> tuple[Points, Points]:
    """Its tip, and its hub."""
    tip = np.asarray(probe.tip_lps_mm)
    return tip, tip + probe.applicator.usable_mm * unit(np.asarray(probe.axis_lps))


def _clear(probes: Sequence[Placed]) -> None:
    """Refuse shafts that touch or cross."""
    for one, other in combinations(probes, 2):
        gap = gap_mm(locate_ends(one), locate_ends(other))
        need = 0.5 * (one.applicator.diameter_mm + other.applicator.diameter_mm)
        if gap < need:
            raise SimulationError(
                f"{one.name} and {other.name} collide: their axes come within {gap:.1f} mm, at "
                f"least {need:.1f} mm are needed; move one"
            )


def list_remarks(
    place: Place, probes: Sequence[Placed], driven: RadiofrequencySection | None
) -> tuple[str, ...]:
    """What a reader must know about the probes before he believes the rest."""
    found = [
        f"{p.name} is outside the table of {p.applicator.id}: {words}"
        for p in probes
        for words in list_beyond(p, driven)
    ]
    perfusion = max((t.perfusion_per_s for t in place.tissues), default=0.0)
    for probe in probes:
        device = probe.applicator
        found += table.list_untold(device, probe.most_w, len(probes))
        if device.assumption is not None:
            found.append(f"{device.id}: {device.assumption}")
        if device.cooled and device.controller is not None:
            found.append(f"{device.id}: its controller is the one of the file, not the device's")
        if device.coolant_boiling_c is not None and probe.limit_w is None:
            found.append(f"{device.id}: its cooling limit is not known; none was set")
        fit = device.fit
        if fit is None or device.absorption is None or probe.absorption is not None:
            continue
        if not fit.assessable:
            found.append(f"{device.id}: its fit is not assessable: {fit.why}")
        ratio = max(perfusion, 1e-9) / max(fit.perfusion_per_s, 1e-9)
        if max(ratio, 1.0 / ratio) > _FIT_PERFUSION:
            found.append(
                f"{device.id}: its fit is {fit.mode}, for a perfusion of {fit.perfusion_per_s:g} "
                f"1/s in {fit.tissue}; here it is {perfusion:g} 1/s"
            )
    return tuple(dict.fromkeys(found))
