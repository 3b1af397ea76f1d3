"""Summary: a plan as one flat row, and in one line; None where nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.formatting import format_html_table
from seldinger.core.quantity import Spread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.core.space import Vector
    from seldinger.plan.model import Path, Plan

_UNITS = {
    "mm": "_mm", "mL": "_ml", "mL/kJ": "_ml_per_kj", "Cel": "_c", "Gy": "_gy", "GBq": "_gbq",
    "kg": "_kg", "10*6": "_million",
}  # fmt: skip
"""UCUM unit -> how a key ends that is in it; a share or a probability has no end."""

Value = str | float | bool | tuple[str, ...] | tuple[float, float, float] | None
"""What stands in a row: JSON takes it as it is, and a data frame does."""


def build_row(plan: Plan) -> dict[str, Value]:
    """``plan`` as one row; see ``Plan.summarize``."""
    ways = plan.taken
    nearest, nearest_mm = _least(ways)
    touched, p_touch = _most(ways)
    return {
        "procedure": plan.request.procedure,
        "target": plan.target.label,
        "organ": plan.target.organ,
        "target_diameter_mm": plan.target.diameter_mm,
        "target_volume_ml": plan.target.volume_ml,
        "verdict": plan.verdict.status.value,
        "reasons": plan.verdict.reasons,
        "gates_shut": tuple(g.gate.value for g in plan.gates if g.status.value != "met"),
        "cleared": None if plan.cleared is None else plan.cleared.answer.value,
        "paths": len(plan.approach.paths),
        **_of_way(ways[0] if ways else None),
        "unidentified_mm": max((w.unidentified_mm for w in ways), default=None),
        "nearest": nearest,
        "nearest_mm": nearest_mm,
        "p_touch_worst": p_touch,
        "p_touch_worst_structure": touched,
        "not_segmented": plan.not_segmented,
        "guidance": plan.guidance.modality,
        "devices": tuple(d.id for d in plan.treatment.devices),
        **_of_effect(plan),
    }


def format_line(plan: Plan) -> str:
    """The answer, the way and the least clearance in one line."""
    told = plan.summarize()
    said = [f"{told['procedure']} of {told['target']}: {told['verdict']}"]
    if told["depth_mm"] is None:
        said.append("no path")
    else:
        said.append(f"{told['depth_mm']:.0f} mm deep")
    if told["nearest"] is not None:
        said.append(f"nearest {told['nearest']} {told['nearest_mm']:.1f} mm")
    if told["p_hit"] is not None:
        said.append(f"P(hit) {told['p_hit']:.2f}")
    effect = plan.effect
    measure = None if effect is None or effect.goal is None else effect.measure(effect.goal)
    if measure is not None and measure.nominal is not None:
        said.append(f"{measure.label} {measure.nominal:.1f} {measure.unit}")
    return f"<Plan: {', '.join(said)}>"


def format_page(plan: Plan) -> str:
    """The row as a small table, for notebooks."""
    rows = {key: _said(value) for key, value in plan.summarize().items() if value not in (None, ())}
    return format_html_table("Plan: research and education software, not a medical device", rows)


def _of_way(way: Path | None) -> dict[str, Value]:
    entry: Vector | None = None if way is None else way.entry_lps_mm
    return {
        "position": None if way is None else way.patient_position,
        "rescan_first": None if way is None else way.provisional,
        "technique": None if way is None else way.technique,
        "entry_lps_mm": entry,
        "aim_lps_mm": None if way is None else way.target_lps_mm,
        "depth_mm": None if way is None else way.depth_mm,
        "skin_angle_deg": None if way is None else way.skin_angle_deg,
        "tilt_deg": None if way is None else way.tilt_deg,
        "p_hit": None if way is None else way.probability.hit,
    }


def _of_effect(plan: Plan) -> dict[str, Value]:
    """Every measure of the effect: as planned, and 5, 50 and 95 % of its samples."""
    made: dict[str, Value] = {"placements": len(plan.placements)}
    for one in () if plan.effect is None else plan.effect.measures:
        name, unit = one.id.replace("-", "_"), _UNITS.get(one.unit, "")
        made[f"{name}{unit}"] = one.nominal
        if one.at_least is not None:
            made[f"{name}_asked{unit}"] = one.at_least
        if isinstance(one.value, Spread):
            parts = {"p05": one.value.p05, "p50": one.value.p50, "p95": one.value.p95}
            made |= {f"{name}_{part}{unit}": figure for part, figure in parts.items()}
    return made


def _least(ways: Iterable[Path]) -> tuple[str | None, float | None]:
    """The nearest structure whose clearance is known; the first by name of several."""
    known = [(c, n) for way in ways for n, c in way.clearances_mm.items() if c is not None]
    if not known:
        return None, None
    clearance, name = min(known)
    return name, clearance


def _most(ways: Iterable[Path]) -> tuple[str | None, float | None]:
    """The structure that is touched most likely; the first by name of several."""
    known = [(-p, n) for way in ways for n, p in way.probability.touch.items() if p is not None]
    if not known:
        return None, None
    chance, name = min(known)
    return name, -chance


def _said(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(_said(one) for one in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
