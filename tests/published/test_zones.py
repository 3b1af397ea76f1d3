"""Published zones, typed here from the literature, and how nearly the shipped fits draw them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from seldinger.catalogue import applicators, fitting
from seldinger.catalogue.tissues import blood, physical
from seldinger.physics.thermal import axial
from seldinger.physics.thermal.axial import AxialModel, AxialSettings, FixedRod, Rings
from seldinger.physics.thermal.axial_run import run
from seldinger.physics.thermal.bodies import Phase, Programme
from seldinger.physics.thermal.damage import liver_arrhenius
from seldinger.physics.thermal.model import Flow, FrozenFlow, SteadyFlow, VascularStasis
from seldinger.physics.thermal.sources import Schedule

CHARTS = [
    # device, watts, seconds, width, length, beyond tip, centre behind tip (mm), allowed (mm)
    ("emprint", 75.0, 300.0, 32.0, 35.0, 6.0, 11.5, 1.5),
    ("emprint", 75.0, 450.0, 33.0, 36.0, 6.5, 11.5, 1.5),
    ("emprint", 150.0, 390.0, 37.0, 41.0, 6.8, 13.7, 1.5),
    ("emprint", 150.0, 480.0, 38.0, 42.0, 7.8, 13.2, 1.5),
    ("emprint", 150.0, 600.0, 39.0, 42.0, 7.8, 13.2, 1.5),
    ("neuwave-kidney", 65.0, 300.0, 24.0, 36.0, 1.2, 16.8, 1.6),
    ("neuwave-kidney", 65.0, 600.0, 30.0, 43.0, 2.2, 19.3, 1.6),
]

COLD = [
    # a device, its isotherm and seconds; the width and what is allowed, in mm
    ("cryo-2-4mm", -30.0, 900.0, 12.0, 3.0),
    ("cryo-2-4mm", 0.0, 900.0, 12.0 / 0.13**0.5, 3.0),
    ("cryo-1-7mm", -30.0, 900.0, 0.84 * 12.0, 0.5),
]

LENGTHS = ("width_mm", "length_mm", "beyond_tip_mm", "centre_behind_tip_mm")


@cache
def zones(device: str) -> dict[tuple[float | None, float | None, float | None], axial.AxialZone]:
    one = applicators.applicator(device)
    assert one.fit is not None
    return {
        (z.power_w, z.seconds, z.isotherm_c): found
        for z, found in fitting.redraw(one, one.fit).items()
        if found is not None
    }


@pytest.mark.parametrize(
    ("device", "watts", "seconds", "width", "length", "beyond", "centre", "allowed"), CHARTS
)
def test_a_fit_draws_its_chart(
    device: str,
    watts: float,
    seconds: float,
    width: float,
    length: float,
    beyond: float,
    centre: float,
    allowed: float,
) -> None:
    zone = zones(device)[watts, seconds, None]
    found = [getattr(zone, key) for key in LENGTHS]
    assert found == pytest.approx([width, length, beyond, centre], abs=allowed)


@pytest.mark.parametrize(("device", "isotherm", "seconds", "width", "allowed"), COLD)
def test_a_fit_draws_its_ice(
    device: str, isotherm: float, seconds: float, width: float, allowed: float
) -> None:
    zone = zones(device)[None, seconds, isotherm]
    assert zone.width_mm == pytest.approx(width, abs=allowed)


def test_the_tables_are_as_typed_here() -> None:
    for device, watts, seconds, *lengths, _ in CHARTS:
        row = next(
            z
            for z in applicators.applicator(device).zones
            if (z.power_w, z.seconds) == (watts, seconds)
        )
        assert [getattr(row, key) for key in LENGTHS] == lengths


@pytest.mark.parametrize(
    ("seen", "unseen"), [(75.0, 150.0), pytest.param(150.0, 75.0, marks=pytest.mark.slow)]
)
def test_one_power_foretells_the_other_to_two_millimetres(seen: float, unseen: float) -> None:
    chart = applicators.applicator("emprint")
    part = replace(chart, zones=tuple(z for z in chart.zones if z.power_w == seen))
    rest = replace(chart, zones=tuple(z for z in chart.zones if z.power_w == unseen))
    fit = fitting.fit(part).fit
    assert fit is not None
    misses = [
        getattr(found, key) - getattr(row, key)
        for row, found in fitting.redraw(rest, fit).items()
        for key in ("width_mm", "length_mm", "centre_behind_tip_mm")
    ]
    assert float(np.sqrt(np.mean(np.square(misses)))) < 2.0


@pytest.mark.parametrize("device", ["emprint", "neuwave-kidney"])
def test_no_single_antenna_makes_a_short_axis_above_45_mm(device: str) -> None:
    assert all(zone.width_mm <= 45.0 for zone in zones(device).values())


def test_no_single_cryoprobe_makes_lethal_ice_wider_than_25_mm() -> None:
    for (_, _, isotherm), zone in zones("cryo-2-4mm").items():
        assert isotherm is not None
        assert isotherm > -30.0 or zone.width_mm < 25.0


def effective_ml(radius_mm: float, kilojoules: float, *, living: bool) -> float:
    """A cooled electrode of 3 cm for 12 min as a constant effective source."""
    law = liver_arrhenius(40.0)
    rings = Rings.around(1.0, 45.0, 40.0, 80.0)
    rod = FixedRod("electrode", 30.0, radius_mm, Programme((Phase(720.0, 15.0),), 0.0))
    start = 37.0 if living else 20.0
    tissue = physical("liver", {} if living else {"liver.perfusion_per_s": 0.0})
    model = AxialModel(
        rings, tissue, blood(start), SteadyFlow(), None, axial.electrode(rings, 30.0, radius_mm),
        Schedule.steady(kilojoules * 1e3 / 720.0, 720.0), rod, start,
    )  # fmt: skip
    zone = run(model, AxialSettings(720.0, (law,)))[-1].zone(law.name)
    assert zone is not None
    return zone.volume_ml


@pytest.mark.parametrize(
    ("radius", "ex_kj", "ex_ml", "in_kj", "in_ml"),
    [(0.735, 32.2, 23.86, 35.5, 7.79), (0.915, 36.7, 29.61, 46.9, 10.26)],
    ids=["17 G", "15 G"],
)
def test_a_constant_effective_source_over_reads_radiofrequency(
    radius: float, ex_kj: float, ex_ml: float, in_kj: float, in_ml: float
) -> None:
    """A miss that the documentation tells: why no fit of radiofrequency is shipped."""
    dead, alive = (
        effective_ml(radius, ex_kj, living=False),
        effective_ml(radius, in_kj, living=True),
    )
    assert 1.4 < dead / ex_ml < 1.8
    assert 2.3 < alive / in_ml < 2.9
    assert dead / alive > 1.5


@pytest.mark.parametrize(
    ("flow", "least", "most"),
    [(SteadyFlow(), 100.0, 125.0), (VascularStasis("arrhenius-liver", 1.0), 125.0, 200.0)],
    ids=["steady", "stopped"],
)
def test_dried_tissue_stays_about_as_hot_as_a_published_model_has_it(
    flow: Flow, least: float, most: float
) -> None:
    """75 W for 6 min: 177 C at most in a finite-element model whose antenna was not told."""
    absorption = applicators.applicator("emprint").absorption
    assert absorption is not None
    law = liver_arrhenius(40.0)
    rings = Rings.around(1.0, 45.0, 40.0, 80.0)
    model = AxialModel(
        rings, physical("liver"), blood(37.0), flow, FrozenFlow(0.0, 0.0),
        axial.antenna(rings, absorption), Schedule.steady(75.0, 360.0), None, 37.0,
    )  # fmt: skip
    hottest = float(run(model, AxialSettings(360.0, (law,)))[-1].peak_c.max())
    assert least < hottest < most
