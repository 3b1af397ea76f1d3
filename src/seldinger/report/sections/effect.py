"""The predicted effect: what was tried, what is expected, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.plan.model import PlanStatus
from seldinger.report import (
    ablation,
    ablation_charts,
    ablation_figures,
    ablation_map,
    words,
    zone_files,
)
from seldinger.report.blocks import Block, Columns, Entries, Figure, Heading, Note, Row, Table
from seldinger.report.sections import Part, Section
from seldinger.report.tables import build_spreads, make_spread_row, with_headings, with_subheadings
from seldinger.simulate.thermal.effect import COVERAGE, MARGIN, SPACING, ZONE, read, read_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from seldinger.evidence.model import Fact
    from seldinger.plan.model import Plan
    from seldinger.report.sections import Drawing
    from seldinger.simulate.effect import Option
    from seldinger.simulate.thermal.effect import Figures

PLAUSIBILITY = "plausib"
"""Findings whose id begins so are printed beside the zone's volume by energy."""
_ENERGY = "ablation.energy"
"""Facts whose id begins so say how much was ablated by how much energy."""
_MODES = ("chart-calibrated", "physiological")
_OVER_EVEN = (
    "The chosen row is this plan, on this patient. The other rows are estimates in even tissue "
    "without vessels, to choose by; where one was tried on this patient, its row says what came of "
    "it."
)


def build_picture(plan: Plan) -> tuple[Block, ...]:
    """The ablation zone beside the margin over the tumour's surface; what the best cover leaves."""
    figures = read(plan.effect)
    if figures is None:
        return ()
    zone, margin = _zone(plan), _map(plan)
    shown: Block = zone if margin is None else Columns(((zone,), (margin,)), (2.0, 1.0))
    left = plan.verdict.status is PlanStatus.UNSUITABLE
    return (shown, Note(ablation.describe_best_cover(plan, figures))) if left else (shown,)


def build_tried(plan: Plan) -> tuple[Block, ...]:
    """Alternatives of treatment, the chosen one strong."""
    figures = read(plan.effect)
    if figures is None:
        return ()
    return with_headings(("Alternatives: probes by modality", build_options(figures)))


def build_expected(plan: Plan) -> tuple[Block, ...]:
    """Courses over time, and the spread of the margin."""
    figures = read(plan.effect)
    if figures is None:
        return ()
    title = Heading("Predicted effect and uncertainty")
    return (title, *build_charts(plan, figures), build_certainty(figures))


def build_details(plan: Plan) -> tuple[Block, ...]:
    """How plausible the prediction is, and what a reader must know of it."""
    figures = read(plan.effect)
    if figures is None:
        return ()
    notes = (
        f"Criterion of cell death: {figures.criterion}.", *figures.notes,
        *zone_files.list_notes(plan),
    )  # fmt: skip
    entries = Entries(tuple(Row(("", note)) for note in notes))
    return with_subheadings(
        ("Plausibility of the predicted zone", (build_plausibility(plan, figures), entries))
    )


def _zone(plan: Plan) -> Figure:
    several = len(plan.placements) > 1
    what = "through the first probe and the tumour's middle" if several else "that holds the probe"
    if not plan.placements:
        what = "through the tumour's middle"
    missing = "" if plan.fields is not None else " The zone is not drawn: no field was kept."
    return Figure(
        "pictures/hero.png",
        f"CT plane {what}, with tumour, asked margin, ablation zone and probes",
        f"Plane {what}. White: ablation zone; veiled: ablated in 5 to 95 % of samples.{missing}",
        fills=True,
    )


def _map(plan: Plan) -> Figure | None:
    fields = read_fields(plan.fields)
    if fields is None or not len(fields.surface_lps_mm):
        return None
    under = fields.subcapsular.any()
    ring = " away from the capsule; hatched: under the capsule." if under else "."
    return Figure(
        "pictures/margin-map.png",
        "The tumour's surface from the front and from behind, coloured by its ablative margin",
        f"Ablative margin over the tumour's surface, as planned; ring: where it is least{ring}",
        fills=True,
    )


def build_charts(plan: Plan, figures: Figures) -> tuple[Figure, ...]:
    """Temperature over time, and how sure the margin is; none without fields."""
    fields = read_fields(plan.fields)
    if fields is None:
        return ()
    charts = []
    if ablation_charts.is_informative(figures, fields):
        more = len(fields.curves_c) - len(ablation_charts.choose_curves(figures, fields))
        rest = f" Not drawn, further from their limits: {more}." if more else ""
        charts.append(
            Figure(
                "pictures/temperature.png",
                "Temperature over time at the structures to spare",
                f"Nearest point of each structure, as planned.{rest}",
            )
        )
    if len(fields.margins_mm):
        most = f" Largest source: {words.name(figures.dominant)}." if figures.dominant else ""
        charts.append(
            Figure(
                "pictures/uncertainty.png",
                "Sources of the uncertainty, and the minimal ablative margin of every sample",
                f"Uncertainty of the minimal ablative margin.{most}",
            )
        )
    return tuple(charts)


def build_options(figures: Figures) -> Table:
    """Probes by modality, the chosen row strong."""
    return Table(
        ("Modality", "Probes", "Setting", "Spacing", "Minimal ablative margin",
         "Cover of target + margin", "Ablation zone", "Why, or why not"),
        tuple(_option(o) for o in figures.options),
        "No alternative was estimated.",
        _OVER_EVEN,
        widths=("auto", "auto", "1fr", "auto", "12.5%", "12.5%", "8%", "2.2fr"),
        dense=True,
    )  # fmt: skip


def _option(option: Option) -> Row:
    note = option.note
    if option.chosen:
        note = f"CHOSEN: {note}" if note else "CHOSEN"
    cells = (
        words.name(option.technique),
        f"{option.count} × {words.name(option.device)}",
        option.setting,
        _figure(option, SPACING, words.mm),
        _figure(option, MARGIN, words.mm),
        _figure(option, COVERAGE, ablation.format_cover),
        _figure(option, ZONE, "{:.0f} mL".format),
        note,
    )
    return Row(cells, "strong" if option.chosen else "plain")


def _figure(option: Option, measure: str, tell: Callable[[float], str]) -> str:
    value = option.measure(measure).nominal
    return "–" if value is None else tell(value)


def build_certainty(figures: Figures) -> Table:
    """Figures with their 5 to 95 %."""
    name, under = "Minimal ablative margin", figures.subcapsular_margin_mm
    none = Row((f"{name}, under the capsule", "no such part", "", "", ""))
    rows = (
        make_spread_row(f"{name}, away from the capsule", figures.minimal_margin_mm),
        none if under is None else make_spread_row(f"{name}, under the capsule", under),
    )
    note = f"{figures.samples} samples. Probability of complete ablation "
    note += f"{words.chance(figures.coverage_probability)}. Below 0 mm tumour is left."
    return build_spreads(rows, note)


def build_plausibility(plan: Plan, figures: Figures) -> Table:
    """Zone by both modes, and volume by energy against what was published."""
    other = next((m for m in _MODES if m != figures.mode), "other")
    rows = [
        Row(
            (
                f"Zone, {figures.mode}",
                f"{figures.zone_volume_ml:.1f} mL, {ablation.format_axes(figures)}",
                "used here",
            )
        ),
    ]
    if figures.other_mode_volume_ml is None:
        rows.append(Row((f"Zone, {other}", "not computed", "there is only one mode")))
    else:
        change = figures.other_mode_volume_ml / max(figures.zone_volume_ml, 1e-9) - 1.0
        said = f"{figures.other_mode_volume_ml:.1f} mL ({change:+.0%})".replace("%", " %")
        rows.append(Row((f"Zone, {other}", said, "for comparison")))
    if figures.visible_ice_ml is not None:
        rows.append(
            Row(
                (
                    "Visible ice",
                    f"{figures.visible_ice_ml:.1f} mL",
                    "its edge is not the lethal one",
                )
            )
        )
    if figures.ml_per_kj is not None:
        rows.append(Row(("Zone by energy", f"{figures.ml_per_kj:.2f} mL/kJ", "energy sent out")))
    compared = [f for f in plan.findings if f.id.startswith(PLAUSIBILITY)]
    rows += [Row(("Compared", f.text, ", ".join(f.sources) or "no source")) for f in compared]
    facts = _published(plan) if figures.ml_per_kj is not None else ()
    rows += [Row(("Published", f"{f.statement} Seen in {f.population}.", f.source)) for f in facts]
    if not compared and not facts:
        rows.append(Row(("Published", "not compared with published figures", ""), "warn"))
    cited = {c.key for c in plan.citations}
    more = sorted({f.source for f in facts} - cited)
    return Table(
        ("", "", "Remark or source"),
        tuple(rows),
        note=" ".join(f"{key}: {evidence.source(key).text}" for key in more),
        widths=("auto", "1fr", "auto"),
        dense=True,
    )


def _published(plan: Plan) -> tuple[Fact, ...]:
    """What was published about zone by energy for the modality of this plan."""
    chosen = [o.technique for o in plan.effect.options if o.chosen] if plan.effect else []
    modality = chosen[0] if chosen else plan.treatment.technique
    return tuple(f for f in evidence.facts() if f.id.startswith(f"{_ENERGY}.{modality}"))


def _drawn_first(plan: Plan) -> tuple[Drawing, ...]:
    if read(plan.effect) is None:
        return ()
    fields = read_fields(plan.fields)
    hero: Drawing = ("hero", lambda: ablation_figures.draw_zone(plan))
    if fields is None or not len(fields.surface_lps_mm):
        return (hero,)
    return (hero, ("margin-map", lambda: ablation_map.draw_margin_map(fields)))


def _drawn_after(plan: Plan) -> tuple[Drawing, ...]:
    """Charts of the fields; none where these were not kept."""
    figures, fields = read(plan.effect), read_fields(plan.fields)
    if figures is None or fields is None:
        return ()
    drawings: list[Drawing] = []
    if ablation_charts.is_informative(figures, fields):
        drawings.append(("temperature", lambda: ablation_charts.draw_curves(figures, fields)))
    if len(fields.margins_mm):
        drawings.append(("uncertainty", lambda: ablation_charts.draw_uncertainty(figures, fields)))
    return tuple(drawings)


PICTURE = Section(Part.FIRST, 20, build_picture, _drawn_first)
TRIED = Section(Part.FIRST, 40, build_tried)
EXPECTED = Section(Part.BODY, 20, build_expected, _drawn_after, details=build_details)
