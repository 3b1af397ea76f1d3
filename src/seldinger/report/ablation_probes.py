"""Probes in words: one row each for the first page, one card each with the recipe for the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.report import words
from seldinger.report.blocks import Card, Figure, Row

if TYPE_CHECKING:
    from seldinger.plan.model import Path, Plan
    from seldinger.simulate.placement import Phase, Placement

PROBE_HEAD = (
    "Probe",
    "Device",
    "Entry from the tip",
    "Tip, LPS mm",
    "Depth",
    "Tilt",
    "Angle in the slice",
    "Power",
    "Time",
)
_NEAREST = 3
_MINUTE_S = 60.0
_UPRIGHT_DEG = 0.5


def build_rows(plan: Plan) -> tuple[Row, ...]:
    """Number, device, entry, tip, depth, tilt, lean, power, time of every probe."""
    return tuple(_row(plan, n) for n in range(1, len(plan.placements) + 1))


def build_card(plan: Plan, number: int) -> Card:
    """The recipe of probe ``number`` (from 1) for the CT room."""
    probe, way = plan.placements[number - 1], plan.taken[number - 1]
    sideways, height, along = words.entry_seen_from_target(way)
    tip = ", ".join(f"{c:.1f}" for c in probe.tip_lps_mm)
    facts = [
        Row(("device", device_name(plan, probe.device)), "strong"),
        Row(("position", way.patient_position), "bad" if way.provisional else "plain"),
        Row(("entry slice", f"z {way.entry_lps_mm[2]:.1f} mm; from the tip's slice: {along}")),
        Row(("entry, sideways", sideways if sideways == "level" else f"{sideways} from the tip")),
        Row(("entry, height", height.replace("the target", "the tip"))),
        Row(("angle in the slice", words.axial_lean(way))),
        Row(("tilt out of it", words.axial_tilt(way))),
        Row(("depth", f"{way.depth_mm:.0f} mm from the skin to the tip"), "strong"),
        Row(("angle to the skin", f"{way.skin_angle_deg:.0f}° from perpendicular")),
        Row(("tip, LPS mm", tip)),
        Row(("programme", format_programme(probe)), "strong"),
        Row(("nearest", _nearest(way))),
        Row(("P(hit)", f"{words.chance(way.probability.hit)}, {words.ONE_UNCORRECTED}")),
        Row(("P(touch)", describe_touches(way))),
        Row(
            ("unidentified", words.mm(way.unidentified_mm)),
            "bad" if way.unidentified_mm > 0.0 else "plain",
        ),
    ]
    if way.violations:
        broken = ", ".join(words.name(v) for v in way.violations)
        facts.insert(0, Row(("breaks", f"hard rules: {broken}"), "bad"))
    if way.origin == "user":
        facts.insert(1, Row(("whose path", "yours, scored by the same rules")))
    return Card(
        title=f"Probe {number}",
        stamp=f"RESCAN FIRST: {way.patient_position}" if way.provisional else "",
        facts=tuple(facts),
        note=" ".join(way.notes),
        picture=Figure(
            f"pictures/probe-{number}.png",
            f"Plane of probe {number} with the ablation zone",
            f"Probe {number}",
        ),
    )


def device_name(plan: Plan, device: str) -> str:
    """What the plan calls an applicator; its id when the plan does not say."""
    return next((d.name for d in plan.treatment.devices if d.id == device), words.name(device))


def format_programme(probe: Placement) -> str:
    """The schedule in words: "heat 60 W, 10 min; pause 1 min"."""
    said = [_stretch(s) for s in probe.programme]
    return "; ".join(said) or words.UNKNOWN


def format_minutes(seconds: float) -> str:
    """A time as a person says it."""
    whole = round(seconds)
    if whole < _MINUTE_S:
        return f"{whole} s"
    full, rest = divmod(whole, 60)
    return f"{full} min {rest} s" if rest else f"{full} min"


def _row(plan: Plan, number: int) -> Row:
    probe, way = plan.placements[number - 1], plan.taken[number - 1]
    tip = ", ".join(f"{c:.0f}" for c in probe.tip_lps_mm)
    cells = (
        str(number),
        device_name(plan, probe.device),
        words.entry_in_short(way),
        tip,
        f"{way.depth_mm:.0f} mm",
        _tilt(way),
        _lean(way),
        _power(probe),
        format_minutes(probe.seconds),
    )
    return Row(cells, "bad" if way.violations or way.provisional else "plain")


def _tilt(way: Path) -> str:
    if way.tilt_deg < _UPRIGHT_DEG:
        return "0°"
    hub = "head" if way.entry_lps_mm[2] > way.target_lps_mm[2] else "feet"
    return f"{way.tilt_deg:.0f}°, hub to {hub}"


def _lean(way: Path) -> str:
    angle = way.axial_angle_deg
    if abs(angle) < _UPRIGHT_DEG:
        return "0°"
    return f"{abs(angle):.0f}°, hub to {'left' if angle > 0 else 'right'}"


def _power(probe: Placement) -> str:
    powers = [s.power_w for s in probe.programme if s.power_w is not None]
    if powers:
        return f"{max(powers):.0f} W"
    walls = sorted({s.temperature_c for s in probe.programme if s.temperature_c is not None})
    return f"{walls[0]:.0f} °C at the wall" if walls else "–"


def _stretch(stretch: Phase) -> str:
    text = words.name(stretch.act)
    text += "".join(f" {q.value:g} {words.unit(q.unit)}" for q in stretch.setpoints)
    if stretch.act == "thaw" and not stretch.setpoints:
        text += " (passive)"
    return f"{text}, {format_minutes(stretch.seconds)}" if stretch.seconds else text


def _nearest(way: Path) -> str:
    known = sorted((c, n) for n, c in way.clearances_mm.items() if c is not None)[:_NEAREST]
    said = [f"{words.name(n)} {'crossed' if c == 0.0 else words.mm(c)}" for c, n in known]
    return ", ".join(said) or words.UNKNOWN


def describe_touches(way: Path) -> str:
    """The structures that one uncorrected pass most probably touches, the likeliest first."""
    if way.probability.hit is None:
        return words.UNKNOWN
    known = sorted((-p, n) for n, p in way.probability.touch.items() if p)[:_NEAREST]
    said = [f"{words.name(name)} {words.chance(-chance)}" for chance, name in known]
    return ", ".join(said) or "none in reach"
