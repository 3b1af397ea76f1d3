"""Ablation: a plan that heats or freezes as a view: headline, tables, pictures.

``pages`` builds the view of a needle path first; ``added`` puts into it what heat or cold do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.plan.model import Status
from seldinger.report import ablation_charts, first_page, words, zone_files
from seldinger.report.ablation_probes import PROBE_HEAD, card, probe_rows, with_probe_paths
from seldinger.report.ablation_view import Ablation
from seldinger.report.blocks import Figure, Row, Table

if TYPE_CHECKING:
    from seldinger.evidence.model import Fact
    from seldinger.plan.model import Plan
    from seldinger.plan.prediction import Critical, Option, Prediction, Spread
    from seldinger.report.blocks import Card, Tone
    from seldinger.report.view import Report

PLAUSIBILITY = "plausib"
"""Findings whose id begins so are printed beside the zone's volume by energy."""
_ENERGY = "ablation.energy"
"""Facts whose id begins so say how much was ablated by how much energy."""
_ALMOST_ALL = 0.995
_MODES = ("chart-calibrated", "physiological")
_OVER_EVEN = (
    "The chosen row is this plan, on this patient. The other rows are estimates in even tissue "
    "without vessels, to choose by; where one was tried on this patient, its row says what came of "
    "it."
)


def added(plan: Plan, report: Report, others: tuple[Card, ...]) -> Report:
    """``report`` of the probes' paths with the prediction in it.

    Args:
        plan: with a prediction.
        report: the view of ``with_probe_paths(plan)``.
        others: cards of the paths that no probe takes.
    """
    found = plan.prediction
    if found is None:
        return report
    stamps = (first_page.stamp(plan, probe.path) for probe in plan.treatment.probes)
    return replace(
        report,
        stamp=next((s for s in stamps if s), report.stamp),
        headline=headline(plan, found),
        hero=_hero(plan),
        recipe=None,
        nearest=None,
        alternatives=others,
        views=(),
        ablation=_section(plan, found),
    )


def headline(plan: Plan, found: Prediction) -> tuple[Row, ...]:
    """The numbers that matter most."""
    spread = found.minimal_margin_mm
    least = min(spread.nominal, spread.p50)
    short = least < found.margin_asked_mm or spread.p05 < 0.0
    tone = "bad" if least < 0.0 else "warn" if short else "plain"
    margin = (
        f"thinnest margin, {found.margin_asked_mm:g} mm asked",
        f"{words.mm(spread.p50)} ({_mm_range(spread)})",
        f"median, 5 to 95 %; as drawn {words.mm(spread.nominal)}",
    )
    return (
        Row(margin, tone),
        Row(
            (
                "P(whole target dies)",
                words.chance(found.coverage_probability),
                f"share of {found.samples} samples",
            ),
            tone,
        ),
        Row(
            (
                "target + margin covered",
                cover(found.coverage),
                f"target alone {cover(found.coverage_target)}",
            ),
            "bad" if found.coverage_target < 1.0 else "warn" if found.coverage < 1.0 else "plain",
        ),
        Row(
            (
                "zone",
                f"{found.zone_volume_ml:.0f} ml",
                f"{_axes(found)}; target {plan.target.volume_ml:.1f} ml",
            )
        ),
    )


def lines(plan: Plan) -> tuple[str, ...]:
    """What heat or cold is expected to do, in a few lines for a terminal; empty without it."""
    found = plan.prediction
    if found is None:
        return ()
    said = [best_cover(plan, found)] if plan.verdict.status is Status.UNSUITABLE else []
    margin = found.minimal_margin_mm
    said += [
        (
            f"thinnest margin {words.mm(margin.p50)} (median; 5 to 95 %: {_mm_range(margin)}), "
            f"{found.margin_asked_mm:g} mm asked; as drawn {words.mm(margin.nominal)}"
        ),
        (
            f"P(whole target dies) {words.chance(found.coverage_probability)}; target + margin "
            f"{cover(found.coverage)}, target {cover(found.coverage_target)}"
        ),
        f"zone {found.zone_volume_ml:.1f} ml, {_axes(found)}; {found.mode}; {found.criterion}",
    ]
    said += [
        ": ".join((f"probe {row.cells[0]}", ", ".join(row.cells[1:]))) for row in probe_rows(plan)
    ]
    for one in found.critical:
        if one.kept is not True:
            state, _ = _kept(one)
            said.append(f"{words.name(one.structure)}: {state}, {_distance(one)}")
    return tuple(said)


def best_cover(plan: Plan, found: Prediction) -> str:
    """What the best arrangement that was found would still leave."""
    least = found.minimal_margin_mm.nominal
    left = f"thinnest margin {words.mm(least)}" + (" (tumour is left)" if least < 0.0 else "")
    sentence = (
        f"Best cover found: {cover(found.coverage)} of target plus margin, "
        f"{cover(found.coverage_target)} of the target; {left}."
    )
    if plan.treatment.probes:
        sentence += " The probes below give that cover; they describe it, they do not advise it."
    return sentence


def cover(share: float) -> str:
    """A share; what is not whole is never called whole."""
    if share >= 1.0:
        return "100 %"
    return "> 99 %" if share > _ALMOST_ALL else words.percent(share)


def is_cold(plan: Plan) -> bool:
    """Whether something is frozen."""
    acts = {s.act for probe in plan.treatment.probes for s in probe.schedule}
    ice = plan.prediction is not None and plan.prediction.visible_ice_ml is not None
    return "freeze" in acts or ice


def _section(plan: Plan, found: Prediction) -> Ablation:
    unsuitable = plan.verdict.status is Status.UNSUITABLE
    numbers = range(1, len(plan.treatment.probes) + 1)
    return Ablation(
        best_cover=best_cover(plan, found) if unsuitable else "",
        margin_map=_map(plan),
        probes=Table(PROBE_HEAD, probe_rows(plan), "No probe could be placed."),
        options=_options(found),
        critical=_critical(plan, found),
        charts=_charts(plan, found),
        certainty=_certainty(found),
        plausibility=_plausibility(plan, found),
        cards=tuple(card(plan, n) for n in numbers),
        views=_views(plan),
        notes=(
            f"What is called dead: {found.criterion}.",
            *found.notes,
            *zone_files.notes(plan),
        ),
    )


def _hero(plan: Plan) -> Figure:
    several = len(plan.treatment.probes) > 1
    what = "through the first probe and the tumour's middle" if several else "that holds the probe"
    if not plan.treatment.probes:
        what = "through the tumour's middle"
    missing = "" if plan.effect is not None else " What dies is not drawn: no field was kept."
    return Figure(
        "pictures/hero.png",
        f"CT plane {what}, with tumour, asked margin, what dies and probes",
        f"Plane {what}. White: what dies; veiled: in 5 to 95 % of samples.{missing}",
    )


def _map(plan: Plan) -> Figure | None:
    if plan.effect is None or not len(plan.effect.surface_lps_mm):
        return None
    under = plan.effect.subcapsular.any()
    ring = " away from the capsule; hatched: under the capsule." if under else "."
    return Figure(
        "pictures/margin-map.png",
        "The tumour's surface from the front and from behind, coloured by its margin",
        f"Margin over the tumour's surface, as planned; ring: thinnest place{ring}",
    )


def _charts(plan: Plan, found: Prediction) -> tuple[Figure, ...]:
    effect = plan.effect
    if effect is None:
        return ()
    made = []
    if ablation_charts.is_telling(found, effect):
        more = len(effect.curves_c) - len(ablation_charts.shown_curves(found, effect))
        rest = f" Not drawn, further from their limits: {more}." if more else ""
        made.append(
            Figure(
                "pictures/temperature.png",
                "Temperature over time at the structures to spare",
                f"Nearest point of each structure, as planned.{rest}",
            )
        )
    if len(effect.margins_mm):
        most = f" Most of it: {words.name(found.dominant)}." if found.dominant else ""
        made.append(
            Figure(
                "pictures/uncertainty.png",
                "Sources of the uncertainty, and the thinnest margin of every sample",
                f"How sure the thinnest margin is.{most}",
            )
        )
    return tuple(made)


def _options(found: Prediction) -> Table:
    return Table(
        ("Modality", "Probes", "Setting", "Spacing", "Thinnest margin", "Target + margin", "Zone",
         "Why, or why not"),
        tuple(_option(o) for o in found.options),
        "No alternative was estimated.",
        _OVER_EVEN,
    )  # fmt: skip


def _option(option: Option) -> Row:
    note = option.note
    if option.chosen:
        note = f"CHOSEN: {note}" if note else "CHOSEN"
    cells = (
        words.name(option.modality),
        f"{option.probes} × {words.name(option.device)}",
        option.setting,
        "–" if option.spacing_mm is None else words.mm(option.spacing_mm),
        words.mm(option.minimal_margin_mm),
        cover(option.coverage),
        f"{option.zone_volume_ml:.0f} ml",
        note,
    )
    return Row(cells, "strong" if option.chosen else "plain")


def _critical(plan: Plan, found: Prediction) -> Table:
    def order(one: Critical) -> tuple[int, float, str]:
        away = one.distance_mm if one.distance_mm is not None else float("inf")
        return ({False: 0, None: 1, True: 2}[one.kept], away, one.structure)

    return Table(
        ("Structure", "From the zone", "Coldest" if is_cold(plan) else "Hottest", "Limits",
         "Limits kept", "Protection", "Source"),
        tuple(_critical_row(one) for one in sorted(found.critical, key=order)),
        "No structure to spare is named: that nothing is near is unknown.",
        "Distances are from what dies as planned. Limits in °C are assumptions.",
    )  # fmt: skip


def _critical_row(one: Critical) -> Row:
    state, tone = _kept(one)
    asked = [f"{one.limit_mm:g} mm"] if one.limit_mm is not None else []
    asked += [f"{one.limit_c:g} °C"] if one.limit_c is not None else []
    return Row(
        (
            words.name(one.structure),
            _distance(one),
            words.UNKNOWN if one.extreme_c is None else f"{one.extreme_c:.0f} °C",
            ", ".join(asked) or "no limit known",
            state,
            one.protection or ("none needed" if one.kept else words.UNKNOWN),
            ", ".join(one.sources) or "no source",
        ),
        tone,
    )


def _kept(one: Critical) -> tuple[str, Tone]:
    if one.kept is None:
        return words.UNKNOWN, "warn"
    return ("kept", "good") if one.kept else ("NOT KEPT", "bad")


def _distance(one: Critical) -> str:
    if one.distance_mm is None:
        return f"{words.UNKNOWN}: not segmented"
    return "reached" if one.distance_mm <= 0.0 else words.mm(one.distance_mm)


def _certainty(found: Prediction) -> Table:
    rows = [_spread_row("Thinnest margin, away from the capsule", found.minimal_margin_mm)]
    under = found.subcapsular_margin_mm
    if under is None:
        rows.append(Row(("Thinnest margin under the capsule", "no such part", "", "", "")))
    else:
        rows.append(_spread_row("Thinnest margin under the capsule", under))
    return Table(
        ("", "As planned", "5 %", "50 %", "95 %"),
        tuple(rows),
        note=f"{found.samples} samples. The whole target dies in "
        f"{words.chance(found.coverage_probability)} of them. Below 0 mm tumour is left.",
    )


def _spread_row(what: str, spread: Spread) -> Row:
    cells = (what, *(words.mm(v) for v in (spread.nominal, spread.p05, spread.p50, spread.p95)))
    return Row(cells, "bad" if spread.nominal < 0.0 else "warn" if spread.p05 < 0.0 else "plain")


def _plausibility(plan: Plan, found: Prediction) -> Table:
    other = next((m for m in _MODES if m != found.mode), "other")
    rows = [
        Row((f"Zone, {found.mode}", f"{found.zone_volume_ml:.1f} ml, {_axes(found)}", "used here")),
    ]
    if found.other_mode_volume_ml is None:
        rows.append(Row((f"Zone, {other}", "not computed", "there is only one mode")))
    else:
        change = found.other_mode_volume_ml / max(found.zone_volume_ml, 1e-9) - 1.0
        said = f"{found.other_mode_volume_ml:.1f} ml ({change:+.0%})".replace("%", " %")
        rows.append(Row((f"Zone, {other}", said, "for comparison")))
    if found.visible_ice_ml is not None:
        rows.append(
            Row(("Visible ice", f"{found.visible_ice_ml:.1f} ml", "its edge is not the lethal one"))
        )
    if found.ml_per_kj is not None:
        rows.append(Row(("Zone by energy", f"{found.ml_per_kj:.2f} ml/kJ", "energy sent out")))
    compared = [f for f in plan.findings if f.id.startswith(PLAUSIBILITY)]
    rows += [Row(("Compared", f.text, ", ".join(f.sources) or "no source")) for f in compared]
    facts = _published(plan) if found.ml_per_kj is not None else ()
    rows += [Row(("Published", f"{f.statement} Seen in {f.population}.", f.source)) for f in facts]
    if not compared and not facts:
        rows.append(Row(("Published", "not compared with published figures", ""), "warn"))
    cited = {c.key for c in plan.citations}
    more = sorted({f.source for f in facts} - cited)
    return Table(
        ("Is it plausible?", "", ""),
        tuple(rows),
        note=" ".join(f"{key}: {evidence.source(key).text}" for key in more),
    )


def _published(plan: Plan) -> tuple[Fact, ...]:
    """What was published about zone by energy for the modality of this plan."""
    chosen = [o.modality for o in plan.prediction.options if o.chosen] if plan.prediction else []
    modality = chosen[0] if chosen else plan.treatment.technique
    return tuple(f for f in evidence.facts() if f.id.startswith(f"{_ENERGY}.{modality}"))


def _views(plan: Plan) -> tuple[Figure, ...]:
    numbers = range(1, len(plan.treatment.probes) + 1)
    dying = ""
    if plan.effect is not None:
        dying = " Pink: tumour; white: what dies there as planned; veiled: in 5 to 95 % of samples."
    slices = tuple(
        Figure(
            f"pictures/probe-{n}-axial.png",
            f"Axial slices at the tip and at the entry of probe {n}",
            f"Probe {n}: axial slices at its tip and its entry. Solid where it lies in the slice, "
            f"dashed where it is only projected on it.{dying}",
        )
        for n in numbers
    )
    if not with_probe_paths(plan).approach.paths:
        return slices
    skin = Figure(
        "pictures/skin.png",
        "Body surface with the numbered entries of the probes",
        "Skin map: entries by probe; hollow numbers lie on the far side.",
    )
    return (*slices, skin)


def _mm_range(spread: Spread) -> str:
    return f"{spread.p05:.1f} to {spread.p95:.1f} mm"


def _axes(found: Prediction) -> str:
    return " × ".join(f"{a:.0f}" for a in found.zone_axes_mm) + " mm"
