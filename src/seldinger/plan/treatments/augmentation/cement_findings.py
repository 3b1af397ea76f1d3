"""What the model and the cohorts say of the cement: amount, leaks, endplates, sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.augmentation.amounts import CANAL_ML
from seldinger.plan.treatments.augmentation.tables import (
    find_canal_leak_ml,
    find_foramen_leaks_ml,
)
from seldinger.plan.wording import cite, get_number, quote_fact, state_fact
from seldinger.simulate.cement.exits import ExitKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.catalogue.cements import BoneCement
    from seldinger.plan.treatments.augmentation.predict import Foretold

_WHOLE, _SLACK = 0.98, 1.0
_BOTH, _MISSED = "vertebra.filling.endplates.both", "vertebra.filling.endplates.missed"
_STRENGTH, _STIFFNESS = "vertebra.filling.strength", "vertebra.filling.stiffness"
_EXPLAINS = ("vertebra.filling.strength_r2", "vertebra.filling.stiffness_r2")
_SIDE = "vertebra.filling.puncture_side"
_MIDLINE = "vertebra.path.unilateral.across"
_THICK = ("vertebra.leak.thick.any", "vertebra.leak.thick.none2020")


def find_about_cement(foretold: Foretold, *, thick: bool | None, doubt: str) -> Iterator[Finding]:
    """What the model says, and how little of it is sure.

    Args:
        foretold: by the model.
        thick: whether the cement is of high viscosity; None: a curve of its own.
        doubt: why nothing can be said of the way to the canal; empty: nothing speaks against it.
    """
    yield _tell_amount(foretold)
    yield _judge_canal(foretold, doubt)
    yield _judge_foramina(foretold, doubt)
    yield from _judge_leaks(foretold)
    yield from _judge_sides(foretold)
    yield _judge_endplates(foretold)
    if thick is None:
        text = (
            "The viscosity is the one that you told, at 3 minutes; how it rises is assumed. Which "
            f"class of cement that is, is not known. {' '.join(quote_fact(one) for one in _THICK)}"
        )
        yield Finding("viscosity", Status.UNKNOWN, Severity.CAUTION, text, cite(*_THICK))
    if thick is False:
        text = f"Thin cement was asked for. {' '.join(quote_fact(one) for one in _THICK)}"
        yield Finding("viscosity", Status.NOT_MET, Severity.CAUTION, text, cite(*_THICK))


def tell_handling(cement: BoneCement) -> Finding:
    """How long a cement can be used, as far as it was read."""
    times = cement.times
    if times is None:
        text = f"{cement.title}: how long it can be used was not read; its own sheet says so."
        return Finding("cement-handling", Status.UNKNOWN, Severity.CAUTION, text)
    said = " ".join(state_fact(one) for one in times.facts)
    text = f"{cement.title}. {said} {times.doubt}".strip()
    return Finding("cement-handling", Status.MET, Severity.INFO, text, cite(*times.facts))


def find_about_balloons(foretold: Foretold, wanted_ml: float) -> Iterator[Finding]:
    """Whether balloons are as large as was wanted; nothing without balloons.

    Args:
        foretold: by the model.
        wanted_ml: of each.
    """
    if foretold.cemented.cavity is None:
        return
    placed = [one.volume_ml for one in foretold.cemented.cavity.balloons]
    if min(placed) >= _WHOLE * wanted_ml:
        text = f"Balloons of {wanted_ml:.1f} mL have room between the walls of the body."
        yield Finding("balloon", Status.MET, Severity.CAUTION, text)
        return
    sizes = " and ".join(f"{one:.1f}" for one in placed)
    text = (
        f"Balloons of {wanted_ml:.1f} mL were wanted; {sizes} mL is what the walls of the body, or "
        "the balloon itself, have room for. The plan goes on with that."
    )
    yield Finding("balloon", Status.NOT_MET, Severity.ACTION, text)


def _tell_amount(foretold: Foretold) -> Finding:
    asked, done = foretold.cemented.plan.volume_ml, foretold.result
    fill = 100.0 * done.fill_share
    facts = (_STRENGTH, _STIFFNESS, *_EXPLAINS)
    why = (
        "the least of those tried that meets both endplates, keeps off the canal and overfills no "
        "side, or the nearest to that" if foretold.cemented.tried else "as you told"
    )  # fmt: skip
    text = f"{asked:.1f} mL of cement ({why}): {fill:.0f} % of the body. "
    if done.given_ml < _WHOLE * asked:
        text = (
            f"Of {asked:.1f} mL only {done.given_ml:.1f} go in: {done.end_words}. That is "
            f"{fill:.0f} % of the body. "
        )
        text += " ".join(state_fact(one) for one in facts)
        return Finding("cement-amount", Status.NOT_MET, Severity.CAUTION, text, cite(*facts))
    text += " ".join(state_fact(one) for one in facts)
    least, most = (get_number(one) for one in (_STRENGTH, _STIFFNESS))
    if fill > most + _SLACK:
        text = f"More than any of these shares: {text}"
        return Finding("cement-amount", Status.NOT_MET, Severity.ACTION, text, cite(*facts))
    if fill < least - _SLACK:
        text = f"Less than any of these shares: {text}"
        return Finding("cement-amount", Status.NOT_MET, Severity.CAUTION, text, cite(*facts))
    return Finding("cement-amount", Status.MET, Severity.INFO, text, cite(*facts))


def _judge_canal(foretold: Foretold, doubt: str) -> Finding:
    if doubt:
        text = f"Whether cement would enter the canal is not known: {doubt}."
        return Finding("canal-leak", Status.UNKNOWN, Severity.ACTION, text)
    leak = find_canal_leak_ml(foretold.result)
    if leak is None:
        text = (
            "Whether cement would enter the canal is not known: breaks of the back wall do not "
            "show in this scan."
        )
        return Finding("canal-leak", Status.UNKNOWN, Severity.ACTION, text)
    exits = {one.name for one in foretold.result.leaks if one.kind is ExitKind.CANAL}
    runs = [one.leaked for one in foretold.spread.leaks if one.name in exits]
    counted = max((one.count for one in runs), default=0)
    of = foretold.spread.runs
    if leak >= CANAL_ML:
        text = (
            f"In the model {leak:.2f} mL of cement go towards the canal: place the tip farther "
            "forward, give less, wait until it is thicker, or do not do it."
        )
        return Finding("canal-leak", Status.NOT_MET, Severity.ACTION, text)
    rate = state_fact("vertebra.leak.canal")
    much = f"less than {CANAL_ML:g} mL of cement" if leak > 0.0 else "no cement"
    text = (
        f"In the model as planned {much} goes towards the canal; in {counted} of {of} runs with "
        f"other viscosity, veins and tips some does. Watch the back wall all the time. {rate}"
    )
    severity, status = (
        (Severity.CAUTION, Status.NOT_MET) if counted else (Severity.ACTION, Status.MET)
    )
    return Finding("canal-leak", status, severity, text, cite("vertebra.leak.canal"))


def _judge_foramina(foretold: Foretold, doubt: str) -> Finding:
    """Whether cement that leaves would lie beside a root."""
    found = find_foramen_leaks_ml(foretold)
    if doubt or found is None:
        why = doubt or "breaks or walls of pedicles do not show in this scan"
        text = f"Whether cement would come to lie in a foramen is not known: {why}."
        return Finding("foramen-leak", Status.UNKNOWN, Severity.CAUTION, text)
    said = [f"{ml:.2f} mL in the foramen of the {name}" for name, ml in found.items() if ml > 0.0]
    if said:
        text = (
            f"In the model cement that leaves comes to lie beside a root: {' and '.join(said)}, "
            "drawn as a lump before its exit. Watch the foramen in the lateral view; give less, or "
            "place the tip farther off."
        )
        return Finding("foramen-leak", Status.NOT_MET, Severity.ACTION, text)
    text = (
        "In the model as planned no cement comes to lie in a foramen. Where it runs along veins is "
        "not in the model: watch the foramen in the lateral view."
    )
    return Finding("foramen-leak", Status.MET, Severity.CAUTION, text)


def _judge_leaks(foretold: Foretold) -> Iterator[Finding]:
    away = [
        one
        for one in foretold.spread.leaks
        if one.leaked.count and not _is_canal(foretold, one.name)
    ]
    if not away:
        return
    said = ", ".join(f"{one.name} ({one.leaked.count} of {foretold.spread.runs})" for one in away)
    text = (
        f"Cement leaves in some runs of the model by: {said}. Runs are not chances; the rates that "
        "were seen stand in the tables."
    )
    yield Finding("leaks", Status.NOT_MET, Severity.CAUTION, text)


def _is_canal(foretold: Foretold, name: str) -> bool:
    return any(one.name == name and one.kind is ExitKind.CANAL for one in foretold.result.leaks)


def _judge_sides(foretold: Foretold) -> Iterator[Finding]:
    for one in foretold.result.sides:
        if one.alarm:
            text = (
                f"The {one.side.value} side, where the needle came in, holds "
                f"{one.share_percent:.1f} % of the body. {state_fact(_SIDE)}"
            )
            yield Finding(
                f"side-{one.side.value}", Status.NOT_MET, Severity.CAUTION, text, cite(_SIDE)
            )
    if len(foretold.cemented.needles) == 1 and not foretold.result.crosses_midline:
        text = (
            "With one needle no cement crosses the middle in the model: half of the body stays "
            f"without. {state_fact(_MIDLINE)}"
        )
        yield Finding("midline", Status.NOT_MET, Severity.CAUTION, text, cite(_MIDLINE))


def _judge_endplates(foretold: Foretold) -> Finding:
    facts = (_BOTH, _MISSED)
    rates = " ".join(state_fact(one) for one in facts)
    both, of = foretold.spread.both.count, foretold.spread.runs
    if foretold.result.both_endplates:
        text = f"Cement meets both endplates as planned, and in {both} of {of} runs. {rates}"
        return Finding("endplates", Status.MET, Severity.CAUTION, text, cite(*facts))
    missed = [one for one in (foretold.result.upper, foretold.result.lower) if not one.touched]
    where = " and ".join(
        one.name if one.distance_mm is None else f"{one.name} ({one.distance_mm:.0f} mm away)"
        for one in missed
    )
    text = f"Cement does not meet: {where}; it meets both in {both} of {of} runs. {rates}"
    return Finding("endplates", Status.NOT_MET, Severity.CAUTION, text, cite(*facts))
