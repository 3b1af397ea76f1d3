"""First page: verdict, headline numbers, the needle recipe, the nearest structures, what blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.anatomy.model import Kind
from seldinger.care.clearance import headline as short
from seldinger.core.formatting import format_figure
from seldinger.core.quantity import Spread
from seldinger.core.verdict import Status
from seldinger.plan.model import PlanStatus
from seldinger.report import words
from seldinger.report.blocks import Banner, Row, Table
from seldinger.report.needle import make_needle

if TYPE_CHECKING:
    from seldinger.plan.model import Path, Plan
    from seldinger.simulate.effect import Measure

_NEAREST = 8
_FIGURES = 4
_CLOSE_MM = 5.0
_LIKELY_TOUCH = 0.1
_OUT_OF_REACH = "out of reach"

_BANNERS = {
    PlanStatus.GO: ("GO", "No rule that could be checked blocks this plan.", "good"),
    PlanStatus.PROTECT_FIRST: ("PROTECT FIRST", "Known, and not kept: act on this first.", "warn"),
    PlanStatus.UNKNOWN: ("UNKNOWN", "Cannot be cleared until this is known:", "warn"),
    PlanStatus.UNSUITABLE: ("UNSUITABLE", "Do not do this as planned:", "bad"),
}


def build_banner(plan: Plan) -> Banner:
    """The answer, and what must be kept for it to stand."""
    word, sentence, tone = _BANNERS[plan.verdict.status]
    cleared = plan.cleared
    kept = cleared.conditions if cleared is not None and cleared.answer == "clear" else ()
    conditions = (f"If: {short.shorten_list(kept)}.",) if kept else ()
    said = (*plan.verdict.figures, *plan.verdict.reasons, *conditions)
    return Banner(word, sentence, tone, said)


_STAMPED = ("nothing-labelled", "position-contradiction", "position-assumed")
"""Findings that stand in a red box on page one while they are open."""


def first_warning(plan: Plan, path: Path | None) -> str:
    """What must be read before anything else; empty when there is nothing of the kind."""
    warnings = [f.text for f in plan.findings if f.id in _STAMPED and f.status is not Status.MET]
    if path is not None and path.provisional:
        scanned = plan.anatomy.study.position.value
        warnings.append(
            f"RESCAN FIRST: this path needs the patient {path.patient_position}, the scan shows "
            f"{scanned}. Organs move when a patient turns; every number below is provisional."
        )
    return " ".join(warnings)


def build_headline(plan: Plan) -> tuple[Row, ...]:
    """The numbers that matter most."""
    if plan.approach.kind == "endovascular":
        return _of_effect(plan)
    if not plan.approach.paths:
        return (
            Row(("paths", "none", f"of {plan.approach.candidates} skin entries"), "bad"),
            Row(("target", words.mm(plan.target.diameter_mm), "equal-volume diameter")),
        )
    best = plan.approach.paths[0]
    known = _known(best)
    nearest = ("nearest", words.UNKNOWN, "nothing around the path was segmented")
    tone = "warn"
    if known:
        name, clearance = known[0]
        nearest = (
            "nearest",
            "crossed" if clearance == 0.0 else words.mm(clearance),
            words.name(name),
        )
        tone = "bad" if clearance == 0.0 else "warn" if clearance < _CLOSE_MM else "plain"
    hit = best.probability.hit
    return (
        Row(
            (
                "skin to aim",
                words.mm(best.depth_mm),
                f"target {words.mm(plan.target.diameter_mm)} wide",
            )
        ),
        Row(nearest, tone),
        Row(
            ("P(hit)", words.chance(hit), words.ONE_UNCORRECTED), "warn" if hit is None else "plain"
        ),
        Row(
            ("unidentified tissue", words.mm(best.unidentified_mm), "on the way to the aim"),
            "bad" if best.unidentified_mm > 0.0 else "plain",
        ),
    )


def _of_effect(plan: Plan) -> tuple[Row, ...]:
    """The first measures of an effect, and the shortest way; for plans without straight ways."""
    measures = () if plan.effect is None else plan.effect.measures[:_FIGURES]
    rows = [
        Row((m.label, format_measure(m), format_spread(m)), "bad" if m.kept is False else "plain")
        for m in measures
    ]
    if not plan.approach.routes:
        return (
            *rows,
            Row(("ways in", "none", f"of {plan.approach.candidates} access sites"), "bad"),
        )
    best = plan.approach.routes[0]
    return (*rows, Row(("way in", words.mm(best.length_mm), best.title)))


def format_measure(measure: Measure) -> str:
    """A measure as planned, with its unit."""
    if measure.nominal is None:
        return words.UNKNOWN
    return f"{format_figure(measure.nominal)} {words.unit(measure.unit)}".strip()


def format_spread(measure: Measure) -> str:
    """Where nine tenths of the samples lie, and what is asked."""
    asked = [
        f"{side} {value:g} asked"
        for side, value in (("at least", measure.at_least), ("at most", measure.at_most))
        if value is not None
    ]
    if isinstance(measure.value, Spread):
        low, high = measure.value.p05, measure.value.p95
        asked.insert(0, f"{format_figure(low)} to {format_figure(high)}")
    return "; ".join(asked)


def build_recipe(plan: Plan) -> Table | None:
    """What the CT room needs to place the needle."""
    if not plan.approach.paths:
        return None
    best = plan.approach.paths[0]
    sideways, height, along = words.entry_seen_from_target(best)
    needle = make_needle(plan, best)
    depth = f"{best.depth_mm:.0f} mm from the skin to the aim"
    if needle.beyond_mm:
        depth += f"; the device ends {needle.beyond_mm:.0f} mm beyond it"
    rows = [
        Row(("Patient", _position(plan, best)), "bad" if best.provisional else "plain"),
        *_needle_rows(plan),
        Row(("Entry slice", f"z {best.entry_lps_mm[2]:.1f} mm; from the target slice: {along}")),
        Row(("Target slice", f"z {best.target_lps_mm[2]:.1f} mm (image, LPS)")),
        Row(("Entry, sideways", f"{sideways} from the target" if sideways != "level" else "level")),
        Row(("Entry, height", height)),
        Row(("Angle in the slice", words.axial_lean(best))),
        Row(("Tilt out of it", words.axial_tilt(best))),
        Row(("Depth", depth), "strong"),
        Row(("Angle to the skin", f"{best.skin_angle_deg:.0f}° from perpendicular")),
        Row(
            ("Passes through", _through(plan, best)),
            "bad" if best.unidentified_mm > 0.0 else "plain",
        ),
    ]
    if best.origin == "user":
        rows.insert(1, Row(("Whose path", "yours, scored by the same rules"), "plain"))
    if best.violations:
        broken = ", ".join(words.name(v) for v in best.violations)
        rows.insert(0, Row(("Breaks", f"hard rules: {broken}"), "bad"))
    return Table(("", ""), tuple(rows), widths=("auto", "1fr"))


def build_nearest(plan: Plan) -> Table | None:
    """Structures around the best path, nearest first; those nobody segmented last, as unknown."""
    if not plan.approach.paths:
        return None
    best = plan.approach.paths[0]
    known = _known(best)
    rows = [_nearest_row(plan, best, name) for name, _ in known[:_NEAREST]]
    unseen = [n for n, c in sorted(best.clearances_mm.items()) if c is None]
    rows += [_nearest_row(plan, best, n) for n in unseen if n not in plan.not_segmented]
    further = known[_NEAREST:]
    note = f"P(touch) is {words.ONE_UNCORRECTED}, not a patient's risk."
    if any(_OUT_OF_REACH in row.cells for row in rows):
        note += f" {_OUT_OF_REACH.capitalize()}: further away than the error model throws a needle."
    if further:
        note += f" Not listed, {words.mm(further[0][1])} away or further: {len(further)} more."
    head = ("Structure", "Clearance", "P(touch)", "Origin of the label")
    empty = "No structure near the path is segmented: clearance unknown."
    widths = ("1fr", "auto", "auto", "1.2fr")
    return Table(head, tuple(rows), empty, note, widths, wrap=True)


def build_blocked(plan: Plan) -> Table | None:
    """How many candidates each rule rejects; None when there is a path."""
    if plan.approach.paths:
        return None
    counts = sorted(plan.approach.rejections.items(), key=lambda item: (-item[1], item[0]))
    total = max(plan.approach.candidates, 1)
    rows = tuple(
        Row((words.name(rule), str(count), words.percent(count / total))) for rule, count in counts
    )
    return Table(
        ("Rule", "Entries rejected", "Of all"),
        rows,
        "No rule rejected anything: there was no candidate.",
        f"{plan.approach.candidates} entries were tried; one entry may break several rules.",
        ("1fr", "auto", "auto"),
    )


def build_relaxations(plan: Plan) -> Table | None:
    """What was opened, or could be, and what that costs; None when there is nothing to say."""
    relaxed = plan.approach.relaxations
    if plan.approach.paths and not any(r.recorded for r in relaxed):
        return None
    rows = tuple(
        Row(
            (
                words.name(r.rule),
                "opened by you" if r.recorded else "offered",
                str(r.freed),
                r.cost,
                words.UNKNOWN if r.entry_lps_mm is None else _point(r.entry_lps_mm),
            ),
            "warn" if r.recorded else "plain",
        )
        for r in relaxed
    )
    return Table(
        ("Rule", "", "Entries it frees", "Cost", "Best entry, LPS mm"),
        rows,
        "No single rule would free an entry.",
        widths=("auto", "auto", "auto", "1fr", "auto"),
    )


def _known(path: Path) -> list[tuple[str, float]]:
    """Clearances that are known, nearest first."""
    known = [(n, c) for n, c in path.clearances_mm.items() if c is not None]
    return sorted(known, key=lambda item: (item[1], item[0]))


def _nearest_row(plan: Plan, path: Path, name: str) -> Row:
    clearance = path.clearances_mm[name]
    touch = path.probability.touch.get(name)
    chance = words.chance(touch)
    if path.probability.hit is not None and clearance is not None and touch is None:
        chance = _OUT_OF_REACH
    if clearance is None:
        text, tone = words.UNKNOWN, "warn"
    elif clearance == 0.0:
        text, tone = "crossed", "bad"
    else:
        text = words.mm(clearance)
        close = clearance < _CLOSE_MM or (touch is not None and touch >= _LIKELY_TOUCH)
        tone = "warn" if close else "plain"
    return Row((words.name(name), text, chance, _origin(plan, name)), tone)


def _origin(plan: Plan, name: str) -> str:
    if not plan.anatomy.has(name):
        return "not segmented" if name in plan.not_segmented else words.UNKNOWN
    structure = plan.anatomy.get_structure(name)
    if not structure.sources:
        return structure.origin.value
    more = len(structure.sources) - 1
    return f"{structure.origin.value}: {structure.sources[0]}" + (
        f" and {more} more" if more else ""
    )


def _position(plan: Plan, path: Path) -> str:
    if path.provisional:
        return f"{path.patient_position}: RESCAN FIRST"
    study = plan.anatomy.study
    return f"{path.patient_position}, as scanned (position: {study.position_origin.value})"


def _needle_rows(plan: Plan) -> tuple[Row, ...]:
    """What goes in first, and what follows it."""
    names = [d.name for d in plan.treatment.devices]
    if not names:
        return (Row(("Needle", words.UNKNOWN), "warn"),)
    first = Row(("Needle", names[0]), "strong")
    return (first, Row(("Then", "; ".join(names[1:])))) if names[1:] else (first,)


def _through(plan: Plan, path: Path) -> str:
    """Tissues that add up to the depth: a lobe is part of its lung and is not told twice."""
    lobes = {s.name for s in plan.anatomy.structures if s.kind is Kind.LOBE}
    parts = [
        f"{words.name(n)} {words.mm(v)}"
        for n, v in path.lengths_mm.items()
        if v > 0.0 and n not in lobes
    ]
    return ", ".join(parts) or words.UNKNOWN


def _point(lps_mm: tuple[float, float, float]) -> str:
    return ", ".join(f"{c:.1f}" for c in lps_mm)
