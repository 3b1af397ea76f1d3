"""How fast water runs through the chosen drain: the bench table, carried to its bore by physics."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.errors import EvidenceError
from seldinger.core.record import read_assumptions
from seldinger.physics import drain_flow
from seldinger.plan.wording import cite

if TYPE_CHECKING:
    from seldinger.catalogue import Device
    from seldinger.physics.drain_flow import DrainLine
    from seldinger.plan.procedure import Settings

_ASSUMED = read_assumptions("seldinger.plan.treatments.drainage")
HEAD = _ASSUMED["bench_head_m"]
LENGTH = _ASSUMED["bench_length_mm"]
ASSUMPTIONS = (HEAD, LENGTH)

_SIZES = ("6f", "8f", "10f", "12f")
BENCH_FACTS = tuple(f"drainage.flow.{size}" for size in _SIZES)


@cache
def compute_bench_line(head_m: float, length_mm: float) -> DrainLine:
    """Entry and hub losses that explain the published bench table."""
    return drain_flow.fit_line([_point(size) for size in _SIZES], head_m, length_mm)


def compute_water_ml_per_min(drain: Device, settings: Settings) -> float | None:
    """Flow of water as on the bench; None when the bore is unknown or outside the table."""
    bore = drain.inner_diameter_mm
    measured = [_point(size).bore_mm for size in _SIZES]
    if bore is None or not min(measured) <= bore <= max(measured):
        return None
    line = compute_bench_line(HEAD.get_value(settings.assume), LENGTH.get_value(settings.assume))
    return drain_flow.flow_ml_per_min(bore, line)


def describe_flow(drain: Device, settings: Settings) -> str:
    """The flow in words, with what it is not."""
    flow = compute_water_ml_per_min(drain, settings)
    if flow is None:
        return f"Flow through the {drain.name} is unknown: no bench value covers its bore."
    bore = drain.inner_diameter_mm or 0.0
    nearest = min((_point(s) for s in _SIZES), key=lambda p: abs(p.bore_mm - bore))
    return (
        f"Through the {drain.name} about {flow:.0f} mL of water run per minute on the bench (model "
        f"fitted to {', '.join(cite(*BENCH_FACTS))}; measured at the nearest bore: "
        f"{nearest.flow_ml_per_min:.0f}, standard deviation {nearest.sd_ml_per_min:.0f} over "
        "makers). A bench value for water, not for pus: pus runs slower, by how much is not "
        "modelled."
    )


def _point(size: str) -> drain_flow.BenchPoint:
    flow = evidence.fact(f"drainage.flow.{size}")
    bore = evidence.driving_value(f"drainage.inner_diameter.{size}")
    if flow.sd is None:
        raise EvidenceError(
            f"the fact {flow.id!r} needs its standard deviation: the fit weighs by it"
        )
    return drain_flow.BenchPoint(bore, evidence.driving_value(flow.id), flow.sd)
