"""Effect: what is closed, what loses its blood, what pressure is left; never a success."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger import evidence
from seldinger.anatomy.territory import FAR_MM
from seldinger.core.errors import SimulationError
from seldinger.plan.treatments.embolization.bleeding.regions import SPLEEN
from seldinger.plan.treatments.embolization.effect import KIND
from seldinger.plan.wording import cite
from seldinger.simulate.effect import Effect, EffectTable, Fields, Measure, Option, ScalarTree
from seldinger.simulate.embolic.arteries import TISSUE_FLOW, feed_arteries
from seldinger.simulate.embolic.closed import ClosedPressure, close_artery
from seldinger.simulate.flow.circulation import Drive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.embolization.bleeding.cut_off import CutOff
    from seldinger.plan.treatments.embolization.bleeding.places import ClosingPlace, Places
    from seldinger.plan.treatments.embolization.occluders import FittedOccluder, OccluderForm

    Choose = Callable[[float | None, float], FittedOccluder | None]
    """The occluder for a lumen, mm, and so much room, mm."""
    Laid = tuple[FittedOccluder | None, FittedOccluder | None]

CUT_OFF = "blood cut off"
FALL, LEAST_FALL = "haemostasis.spleen.pressure.drop", "haemostasis.spleen.pressure.least_drop"
_MOST_FAR = 0.5
_ROWS, _NAMES = 6, 3


@dataclass(frozen=True, slots=True)
class LeftPressure:
    """At the bleeding, with the artery of the whole organ closed.

    Attributes:
        mean: at the mean fall of a cohort.
        worst: at the least fall of it.
    """

    mean: ClosedPressure
    worst: ClosedPressure


def find_pressure(case: TerritoryCase, places: Places) -> LeftPressure | str:
    """What pressure is left, where a cohort tells how it falls; else why nobody knows.

    Args:
        case: with its assumptions.
        places: with the trunk closed.
    """
    if places.strategy != "proximal" or places.region is not SPLEEN or not places.chosen:
        return "no figure was read of the blood that comes by other ways"
    tree, part = places.tree, places.partition
    assert tree is not None  # noqa: S101  there are places in it
    if part is None:
        return "nothing that was traced ends in the spleen"
    owned = part.branch[part.organ & (part.branch >= 0)]
    counted = np.bincount(owned, minlength=len(tree.edges))
    own_ml = counted.astype(np.float64) * part.grid.voxel_ml
    drive = Drive()
    place = (places.line or places.chosen)[0].edge
    falls = (evidence.driving_value(one) / 100.0 for one in (FALL, LEAST_FALL))
    try:
        arteries = feed_arteries(
            tree, np.zeros(len(tree.edges)), own_ml, drive,
            case.assumed.get_value(TISSUE_FLOW.name), 1.0,
        )  # fmt: skip
        closed = places.chosen[0].edge
        mean, worst = (
            close_artery(arteries, closed, place, fall, drive.venous_mmhg) for fall in falls
        )
    except SimulationError as none:
        return str(none)
    return LeftPressure(mean, worst)


def predict_effect(
    case: TerritoryCase,
    places: Places,
    cut_off: CutOff | None,
    form: OccluderForm | None,
    laid: Laid,
    choose: Choose,
) -> tuple[Effect, Fields]:
    """What is expected.

    Args:
        case: with its target.
        places: where it is closed.
        cut_off: what loses its artery; None: not known.
        form: of what closes; None: nobody chose.
        laid: what lies before the first bleeding, and beyond it.
        choose: the occluder for a lumen and a length.
    """
    pressure = find_pressure(case, places)
    effect = Effect(
        kind=KIND,
        criterion="cut off: tissue nearest to a last branch beyond the closed place, by ways "
        "inside the organ",
        model="contact of the labelled bleeding with traced arteries; territories of last "
        "branches; other ways by the fall of pressure in a cohort",
        measures=tuple(_list_measures(places, cut_off, laid[0], pressure)),
        options=_list_options(places, laid[0], choose),
        notes=tuple(_list_notes(places, pressure)),
        outside_domain=tuple(_find_doubts(places, form)),
        tables=tuple(_list_tables(places, laid, choose)),
    )
    return effect, _draw(places)


def _list_measures(
    places: Places,
    cut_off: CutOff | None,
    near: FittedOccluder | None,
    pressure: LeftPressure | str,
) -> Iterator[Measure]:
    """What answers first; of the rest, what is known before what is not."""
    if places.source is not None:
        held = places.held if places.chosen else None
        yield Measure("held", "share of the arteries that touch the bleeding that is closed", "1",
                      held, at_least=1.0)  # fmt: skip
    yield from _list_pressures(pressure)
    rest = [*_list_cut_off(places, cut_off), *_list_laid(places, near)]
    yield from sorted(rest, key=lambda one: one.value is None)


def _list_pressures(pressure: LeftPressure | str) -> Iterator[Measure]:
    if isinstance(pressure, str):
        return
    source, mean, worst = cite(FALL), pressure.mean, pressure.worst
    yield Measure("pressure-after", "mean pressure at the bleeding, at a cohort's mean fall",
                  "mm[Hg]", mean.after_mmhg, sources=source)  # fmt: skip
    yield Measure("pressure-worst", "the same, at the least fall in that cohort", "mm[Hg]",
                  worst.after_mmhg, sources=source)  # fmt: skip
    yield Measure("pressure-before", "mean pressure at the bleeding before", "mm[Hg]",
                  mean.before_mmhg)  # fmt: skip
    yield Measure("blood-left", "share of the organ's blood that comes by other ways", "1",
                  mean.flow_left, sources=source)  # fmt: skip


def _list_cut_off(places: Places, cut_off: CutOff | None) -> Iterator[Measure]:
    lost = [one.starved_ml for one in places.chosen if one.starved_ml is not None]
    shares = [one.organ_share for one in places.chosen if one.organ_share is not None]
    share, starved = (min(1.0, sum(shares)), sum(lost)) if lost and shares else (None, None)
    sure, possible = (None, None) if cut_off is None else (cut_off.sure_ml, cut_off.possible_ml)
    yield Measure("cut-off", "organ whose artery is closed", "mL", starved)
    yield Measure("cut-off-surely", "organ whose artery is surely closed", "mL", sure)
    yield Measure("cut-off-possibly", "organ whose artery is possibly closed", "mL", possible)
    yield Measure("cut-off-share", "share of the organ whose artery is closed", "1", share)


def _list_laid(places: Places, near: FittedOccluder | None) -> Iterator[Measure]:
    first = places.chosen[0] if places.chosen else None
    yield Measure("artery", "lumen where it is closed", "mm",
                  None if first is None else first.diameter_mm)  # fmt: skip
    yield Measure("size", "coil or plug, when free", "mm",
                  None if near is None else near.diameter_mm)  # fmt: skip
    yield Measure("room", "stretch of artery to lie in", "mm",
                  None if first is None else first.room_mm)  # fmt: skip
    yield Measure("oversize", "coil or plug over artery, less one", "1",
                  None if near is None else near.oversize)  # fmt: skip


def _list_options(
    places: Places, near: FittedOccluder | None, choose: Choose
) -> tuple[Option, ...]:
    """Every place from the bleeding towards the heart; those chosen first."""
    numbers = {one.edge for one in places.chosen}
    others = [one for one in places.line if one.edge not in numbers]
    rows = [(one, near if number == 0 else _fit(one, choose)) for number, one in
            enumerate(places.chosen)]  # fmt: skip
    rows += [(one, _fit(one, choose)) for one in others]
    return tuple(_describe(one, fitted, one.edge in numbers) for one, fitted in rows[:_ROWS])


def _fit(one: ClosingPlace, choose: Choose) -> FittedOccluder | None:
    return choose(one.diameter_mm, one.room_mm)


def _describe(one: ClosingPlace, fitted: FittedOccluder | None, chosen: bool) -> Option:  # noqa: FBT001
    aside = ", ".join(one.aside[:_NAMES]) + (" and others" if len(one.aside) > _NAMES else "")
    return Option(
        technique=one.name, device="" if fitted is None else fitted.device.id, count=1,
        setting=f"cuts off {aside} too" if one.aside else "cuts off nothing else, as traced",
        measures=(
            Measure("held", "of what may bleed", "1", one.held),
            Measure("cut-off", "organ cut off", "mL", one.starved_ml),
            Measure("artery", "lumen", "mm", one.diameter_mm),
        ),
        chosen=chosen, note="nothing of the shelf fits" if fitted is None else fitted.name,
        on_patient=True,
    )  # fmt: skip


def _list_notes(places: Places, pressure: LeftPressure | str) -> Iterator[str]:
    yield (
        "Whether the bleeding stops, or comes again, is not predicted: rates of cohorts stand "
        "beside the plan. Tissue whose artery is closed may live by vessels that no scan shows."
    )
    if isinstance(pressure, str):
        yield f"What pressure is left at the bleeding is not known: {pressure}."
    else:
        yield (
            "Beyond the closed artery pressure falls as in a cohort of seven; the fall hangs on "
            "vessels that differ from patient to patient. Blood of the spleen is taken as "
            "embolization_tissue_flow, no figure of the spleen was read: pressures hardly turn on "
            "it."
        )
    if places.partition is None and places.chosen:
        yield "How much tissue is cut off is not known: no labelled organ ends these arteries."


def _find_doubts(places: Places, form: OccluderForm | None) -> Iterator[str]:
    if not places.chosen:
        yield f"where to close it is not known: {places.why}"
    if places.by_territory and places.source is not None:
        yield (
            "no traced artery touches the bleeding: by the tissue around it alone one is chosen; "
            "trace more, or look by selective angiography"
        )
    if any(one.diameter_mm is None for one in places.chosen):
        yield "the lumen where it is closed is not known: measure it"
    if form is None:
        yield "what closes it is not told"
    part = places.partition
    if part is not None:
        inside = part.organ
        far = float(((part.branch < 0) | (part.away_mm > FAR_MM))[inside].mean())
        if places.strategy == "proximal" and far > _MOST_FAR:
            yield (
                f"{100.0 * far:.0f} % of the organ lies over {FAR_MM:.0f} mm from any traced "
                "branch: what feeds it is not known"
            )


def _list_tables(places: Places, laid: Laid, choose: Choose) -> Iterator[EffectTable]:
    """The places that are closed, with what lies there."""
    if not places.chosen:
        return
    rows = []
    for number, one in enumerate(places.chosen):
        near, beyond = laid if number == 0 else (_fit(one, choose), None)
        rows.append(_row(f"{one.name}, {one.level}", one.diameter_mm, one.room_mm, near))
        far = one.far_side
        if far is not None:
            room = far.to_mm - far.from_mm
            rows.append(_row(f"{one.name}, beyond it", far.diameter_mm, room, beyond))
    yield EffectTable(
        title="What lies where", head=("Artery", "Lumen", "Room", "Coil or plug", "Wider by"),
        rows=tuple(rows), note="The artery is narrow while it bleeds: measure again before the "
        "size is taken.",
    )  # fmt: skip


def _row(
    where: str, lumen: float | None, room: float, fitted: FittedOccluder | None
) -> tuple[str, ...]:
    return (
        where, "unknown" if lumen is None else f"{lumen:.1f} mm", f"{room:.0f} mm",
        "none" if fitted is None else fitted.text,
        "" if fitted is None else f"{100.0 * fitted.oversize:.0f} %",
    )  # fmt: skip


def _draw(places: Places) -> Fields:
    """The arteries that lead there, by whether their blood is cut off."""
    tree = places.tree
    if tree is None or not places.chosen:
        return Fields()
    shut = {n for one in places.chosen for n in (one.edge, *tree.below(one.edge))}
    top = (places.line or places.chosen)[-1].edge
    shown = sorted({top, *tree.below(top), *shut})
    edges = [tree.edges[n] for n in shown]
    lines = tuple(edge.curve.points_lps_mm for edge in edges)
    widths = tuple(
        np.ones(len(line))
        if edge.curve.radius_mm is None
        else 2.0 * np.asarray(edge.curve.radius_mm)
        for line, edge in zip(lines, edges, strict=True)
    )
    values = []
    for n, line, edge in zip(shown, lines, edges, strict=True):
        cut = np.full(len(line), 100.0 * (n in shut))
        for one in places.chosen:
            if one.edge == n:
                cut[edge.curve.along_mm < one.to_mm] = 0.0
        values.append(cut)
    return Fields(trees={CUT_OFF: ScalarTree(lines, widths, tuple(values), "%")})
