"""Probes in words: one row each for the first page, one card each with the recipe for the room."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.report import words
from seldinger.report.blocks import Card, Figure, Row

if TYPE_CHECKING:
    from seldinger.plan.model import Path, Plan, Probe
    from seldinger.simulate.placement import Phase

PROBE_HEAD = (
    "Probe",
    "Device",
    "Entry from the tip",
    "Tip, LPS mm",
    "Depth",
    "Tilt",
    "In the slice",
    "Power",
    "Time",
)
_NEAREST = 3
_MINUTE_S = 60.0
_UPRIGHT_DEG = 0.5


def with_probe_paths(plan: Plan) -> Plan:
    """``plan`` with the probes' ways as its paths, for pages and pictures that draw paths."""
    if not plan.treatment.probes:
        return plan
    ways = tuple(probe.path for probe in plan.treatment.probes)
    return replace(plan, approach=replace(plan.approach, paths=ways))


def other_paths(plan: Plan) -> tuple[Path, ...]:
    """Paths of the approach that no probe takes."""
    if not plan.treatment.probes:
        return plan.approach.paths[1:]
    taken = {(p.path.entry_lps_mm, p.path.target_lps_mm) for p in plan.treatment.probes}
    return tuple(p for p in plan.approach.paths if (p.entry_lps_mm, p.target_lps_mm) not in taken)


def probe_rows(plan: Plan) -> tuple[Row, ...]:
    """Number, device, entry, tip, depth, tilt, lean, power, time of every probe."""
    return tuple(_row(plan, n, p) for n, p in enumerate(plan.treatment.probes, start=1))


def card(plan: Plan, number: int) -> Card:
    """The recipe of probe ``number`` (from 1) for the CT room."""
    probe = plan.treatment.probes[number - 1]
    way = probe.path
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
        Row(("angle to the skin", f"{way.skin_angle_deg:.0f}° off the skin's normal")),
        Row(("tip, LPS mm", tip)),
        Row(("programme", programme(probe)), "strong"),
        Row(("nearest", _nearest(way))),
        Row(("P(hit)", f"{words.chance(way.probability.hit)}, {words.ONE_UNCORRECTED}")),
        Row(("P(touch)", touches(way))),
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
            f"Plane of probe {number} with what dies",
            f"Probe {number}",
        ),
    )


def device_name(plan: Plan, device: str) -> str:
    """What the plan calls an applicator; its id when the plan does not say."""
    return next((d.name for d in plan.treatment.devices if d.id == device), words.name(device))


def programme(probe: Probe) -> str:
    """The schedule in words: "heat 60 W, 10 min; pause 1 min"."""
    said = [_stretch(s) for s in probe.schedule]
    return "; ".join(said) or words.UNKNOWN


def minutes(seconds: float) -> str:
    """A time as a person says it."""
    whole = round(seconds)
    if whole < _MINUTE_S:
        return f"{whole} s"
    full, rest = divmod(whole, 60)
    return f"{full} min {rest} s" if rest else f"{full} min"


def _row(plan: Plan, number: int, probe: Probe) -> Row:
    tip = ", ".join(f"{c:.0f}" for c in probe.tip_lps_mm)
    way = probe.path
    cells = (
        str(number),
        device_name(plan, probe.device),
        words.entry_in_short(way),
        tip,
        f"{way.depth_mm:.0f} mm",
        _tilt(way),
        _lean(way),
        _power(probe),
        minutes(probe.time_s),
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


def _power(probe: Probe) -> str:
    if probe.power_w:
        return " + ".join(f"{p:.0f}" for p in probe.power_w) + " W"
    walls = sorted({s.temperature_c for s in probe.schedule if s.temperature_c is not None})
    return f"{walls[0]:.0f} °C at the wall" if walls else "–"


def _stretch(stretch: Phase) -> str:
    said = words.name(stretch.act)
    if stretch.power_w is not None:
        said += f" {stretch.power_w:.0f} W"
    if stretch.temperature_c is not None:
        said += f" {stretch.temperature_c:.0f} °C"
    elif stretch.act == "thaw":
        said += " (passive)"
    return f"{said}, {minutes(stretch.seconds)}"


def _nearest(way: Path) -> str:
    known = sorted((c, n) for n, c in way.clearances_mm.items() if c is not None)[:_NEAREST]
    said = [f"{words.name(n)} {'crossed' if c == 0.0 else words.mm(c)}" for c, n in known]
    return ", ".join(said) or words.UNKNOWN


def touches(way: Path) -> str:
    """The structures that one uncorrected pass most probably touches, the likeliest first."""
    if way.probability.hit is None:
        return words.UNKNOWN
    known = sorted((-p, n) for n, p in way.probability.touch.items() if p)[:_NEAREST]
    said = [f"{words.name(name)} {words.chance(-chance)}" for chance, name in known]
    return ", ".join(said) or "none in reach"
