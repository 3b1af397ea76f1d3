"""An ablation written by hand: two probes, an ellipsoid that dies, and how sure that is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage
from tests.report.phantom import AIM, path

from seldinger.core.finding import Finding
from seldinger.core.quantity import Spread
from seldinger.core.space import Grid, as_vector
from seldinger.core.verdict import Severity, Status
from seldinger.plan import model
from seldinger.simulate.effect import Option
from seldinger.simulate.placement import Phase, Placement, freeze, make_heating
from seldinger.simulate.thermal.effect import (
    AblationFields,
    AtRisk,
    Figures,
    describe,
    describe_fields,
    describe_option,
)

if TYPE_CHECKING:
    from seldinger.core.space import Points

ENTRIES = ((-78.0, -38.0, 9.0), (-74.0, -42.0, -14.0))
TIPS = ((-34.0, 10.0, 5.0), (-36.0, 9.0, -7.0))
SEMI_AXES_MM = (14.0, 15.0, 19.0)
ZONE_OFF_MM = (2.0, 1.0, 2.0)
TUMOUR_MM = 9.0
SAMPLES = 200
LONG = "right_posterior_sectoral_bile_duct_and_its_confluence"


def directions(count: int = 1500) -> Points:
    """Unit vectors spread evenly over the sphere, (count, 3)."""
    number = np.arange(count) + 0.5
    height = 1.0 - 2.0 * number / count
    turn = np.pi * (1.0 + 5.0**0.5) * number
    flat = np.sqrt(1.0 - height**2)
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), height], axis=1)


def lattice(half_mm: float = 32.0) -> tuple[Grid, Points]:
    """1 mm about the tumour's middle, and the offsets of its cells from there, (i, j, k, 3)."""
    count = 2 * int(half_mm) + 1
    origin = tuple(c - half_mm for c in AIM)
    axis = np.arange(count) - half_mm
    return Grid.aligned((count, count, count), 1.0, origin), np.stack(
        np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1
    )


def effect_fields(*, cold: bool = False) -> AblationFields:
    """An ellipsoid that dies, blurred for the samples."""
    grid, away = lattice()
    radius = np.sqrt((((away - np.array(ZONE_OFF_MM)) / np.array(SEMI_AXES_MM)) ** 2).sum(axis=-1))
    depth_mm = (1.0 - radius) * 16.0
    zone = depth_mm >= 0.0
    kill = np.round(SAMPLES / (1.0 + np.exp(-depth_mm / (1.8 + 0.03 * away[..., 2])))) / SAMPLES
    inside = ndimage.distance_transform_edt(zone) - 0.5
    outside = ndimage.distance_transform_edt(~zone) - 0.5
    looks = directions()
    surface = np.asarray(AIM) + TUMOUR_MM * looks
    signed = np.where(zone, inside, -outside)
    margin = ndimage.map_coordinates(signed, grid.to_index(surface).T, order=1)
    times = np.arange(0.0, 901.0, 15.0)
    heated = 1.0 - np.exp(-np.minimum(times, 600.0) / 200.0)
    cooled = np.where(times > 600.0, np.exp(-(times - 600.0) / 150.0), 1.0)
    sign = -1.0 if cold else 1.0
    rises = {"colon": 1.6, "portal_vein": 4.0, LONG: 15.5, "diaphragm": 8.0}
    return AblationFields(
        grid=grid,
        zone=zone,
        edge_mm=signed.astype(np.float32),
        kill_probability=kill.astype(np.float32),
        temperature_c=(37.0 + sign * 40.0 * np.clip(1.0 - radius / 2.0, 0.0, 1.0)).astype(
            np.float32
        ),
        ice=radius <= 1.25 if cold else None,
        times_s=times,
        curves_c={n: 37.0 + sign * rise * heated * cooled for n, rise in rises.items()},
        surface_lps_mm=surface,
        surface_margin_mm=margin,
        subcapsular=looks[:, 0] < -0.8,
        margins_mm=np.random.default_rng(3).normal(2.6, 2.0, SAMPLES),
    )


def ball_effect(radius_mm: float, shift_mm: tuple[float, float, float]) -> AblationFields:
    """A ball of ``radius_mm`` that dies, ``shift_mm`` off the tumour: its margin is exact."""
    _, away = lattice()
    looks = directions()
    margin = radius_mm - np.linalg.norm(TUMOUR_MM * looks - np.array(shift_mm), axis=1)
    edge = radius_mm - np.linalg.norm(away - np.array(shift_mm), axis=-1)
    zone = edge >= 0.0
    return replace(
        effect_fields(),
        zone=zone,
        edge_mm=edge.astype(np.float32),
        kill_probability=zone.astype(np.float32),
        surface_margin_mm=margin,
        subcapsular=np.zeros(len(looks), dtype=bool),
    )


def critical(*, cold: bool = False) -> tuple[AtRisk, ...]:
    """Kept, not kept, and nobody knows."""
    made = (
        AtRisk("colon", 14.2, 38.6, 10.0, 45.0, kept=True, sources=("key-2020",)),
        AtRisk("portal_vein", 3.1, 41.0, None, None, kept=None),
        AtRisk(
            LONG, 0.0, 52.5, 10.0, 50.0, kept=False,
            protection="cool the duct through a nasobiliary tube, or turn to cryoablation",
            sources=("key-2020",),
        ),
        AtRisk("diaphragm", 6.4, 45.0, 5.0, 48.0, kept=True),
        AtRisk("gallbladder", None, None, 10.0, 45.0, kept=None),
    )  # fmt: skip
    if not cold:
        return made
    return tuple(
        replace(
            one,
            extreme_c=None if one.extreme_c is None else 74.0 - one.extreme_c,
            limit_c=None if one.limit_c is None else 74.0 - one.limit_c,
        )
        for one in made
    )


def options() -> tuple[Option, ...]:
    """Probes by modality."""
    rows = (
        ("microwave", "mw-14g", 1, None, "60 W, 10 min", -1.4, 0.81, 14.0),
        ("microwave", "mw-14g", 2, 12.0, "60 W each, 10 min", 4.1, 0.97, 19.1),
        ("microwave", "mw-14g", 3, 15.0, "60 W each, 10 min", 8.3, 1.0, 46.0),
        ("radiofrequency", "rf-cooled-30", 1, None, "impedance pulsing, 12 min", -3.9, 0.66, 9.5),
        ("radiofrequency", "rf-cooled-30", 3, 14.0, "switching, 16 min", 3.0, 0.93, 30.0),
        ("cryo", "cryo-17g", 2, 15.0, "10 min freeze, 8 min thaw, 10 min freeze", 0.6, 0.86, 15.2),
        ("cryo", "cryo-17g", 3, 15.0, "10 min freeze, 8 min thaw, 10 min freeze", 4.9, 0.96, 26.1),
    )
    made = [
        Option(kind, device, count, setting, describe_option(margin, share, volume, spacing))
        for kind, device, count, spacing, setting, margin, share, volume in rows
    ]
    made[1] = replace(made[1], chosen=True, note="fewest probes that reach the margin")
    made[4] = replace(made[4], note="a vein of 7 mm lies at the target and carries heat away")
    return tuple(made)


def way(number: int) -> model.Path:
    """The way of probe ``number``, from 0."""
    entry, tip = np.array(ENTRIES[number]), np.array(TIPS[number])
    away = entry - tip
    return replace(
        path(ENTRIES[number]),
        target_lps_mm=as_vector(tip),
        depth_mm=float(np.linalg.norm(away)),
        tilt_deg=float(np.degrees(np.arcsin(abs(away[2]) / np.linalg.norm(away)))),
    )


def probe(number: int, *, cold: bool = False) -> Placement:
    """Probe ``number``, from 0."""
    frozen = (freeze(600.0, -140.0), Phase("thaw", 480.0), freeze(600.0, -140.0))
    return Placement(
        f"probe {number + 1}",
        "cryo-17g" if cold else "mw-14g",
        (ENTRIES[number], TIPS[number]),
        frozen if cold else (make_heating(600.0, 60.0),),
        number,
    )


def expected(*, cold: bool = False) -> Figures:
    """What the two probes are expected to do."""
    return Figures(
        criterion="colder than -40 °C twice" if cold else "Arrhenius damage of 1 or more",
        mode="physiological",
        minimal_margin_mm=Spread(2.7, -0.6, 2.6, 6.2),
        subcapsular_margin_mm=Spread(2.4, -1.4, 2.0, 3.9),
        margin_asked_mm=5.0,
        coverage=0.968,
        coverage_target=1.0,
        coverage_probability=0.915,
        zone_volume_ml=19.1,
        zone_axes_mm=(38.0, 32.0, 30.0),
        visible_ice_ml=37.3 if cold else None,
        other_mode_volume_ml=None if cold else 24.6,
        ml_per_kj=None if cold else 0.27,
        at_risk=critical(cold=cold),
        samples=SAMPLES,
        variance={
            "probe placement": 0.61,
            "perfusion": 0.22,
            "power lost on the way": 0.11,
            "tissue properties": 0.06,
        },
        options=options(),
        notes=("Shrinkage of heated tissue is not part of the zone.",),
    )


def ablated(plan: model.Plan, *, cold: bool = False) -> model.Plan:
    """``plan`` with two probes and their effect."""
    probes = (probe(0, cold=cold), probe(1, cold=cold))
    device = model.DeviceUse(
        probes[0].device,
        "cryoprobe, 17 G" if cold else "microwave antenna, 14 G, water-cooled, 2.45 GHz",
        "probe",
    )
    treatment = replace(
        plan.treatment,
        kind="freeze" if cold else "heat",
        technique="cryo" if cold else "microwave",
        devices=(device,),
        settings={"margin_mm": 5.0},
    )
    energy = Finding(
        "plausibility-energy",
        Status.MET,
        Severity.INFO,
        "0.27 ml/kJ lies below the figure seen in patients; plausible.",
        ("key-2020",),
    )
    return replace(
        plan,
        request=replace(plan.request, procedure="ablation"),
        approach=replace(plan.approach, paths=(way(0), way(1), *plan.approach.paths[1:])),
        treatment=treatment,
        findings=(*plan.findings, *(() if cold else (energy,))),
        placements=probes,
        effect=describe(expected(cold=cold)),
        fields=describe_fields(effect_fields(cold=cold)),
    )
