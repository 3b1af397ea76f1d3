"""Risk limits: what chance of contact, closeness and chance of success a plan may go ahead with.

No source read says which chance is acceptable: every limit is an assumption with a range, printed
and editable. Chances are those of one uncorrected pass or placement, not a patient's risk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.finding import Finding
from seldinger.core.quantity import Spread
from seldinger.core.record import read_assumptions
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.plan.model import Path
    from seldinger.plan.procedure import Case, Decision
    from seldinger.simulate.effect import Effect

_ASSUMED = read_assumptions("seldinger.plan")
CONTACT_LIMIT = _ASSUMED["contact_limit"]
CONTACT_CAUTION = _ASSUMED["contact_caution"]
CLOSE = _ASSUMED["close_mm"]
HIT_CAUTION = _ASSUMED["hit_caution"]
COMPLETE_LIMIT = _ASSUMED["complete_limit"]
COMPLETE_CAUTION = _ASSUMED["complete_caution"]

_SMALLEST = 0.01
"""Chances below it, and above one less it, are told as such."""


def pair_ways(decision: Decision) -> tuple[tuple[str, Path], ...]:
    """What goes in, each with its name and its way."""
    placed = decision.placements or ()
    return tuple((one.words, way) for one, way in zip(placed, decision.taken, strict=False))


def find_nearest(path: Path) -> tuple[str, float] | None:
    """The structure nearest to a path and its distance, mm; None when nothing around is known."""
    known = [(mm, name) for name, mm in path.clearances_mm.items() if mm is not None]
    if not known:
        return None
    away, name = min(known)
    return name, away


def find_likeliest(path: Path) -> tuple[str, float] | None:
    """The structure that one pass most probably touches, and the chance; None without chances."""
    known = [(-chance, name) for name, chance in path.probability.touch.items() if chance]
    if path.probability.hit is None or not known:
        return None
    chance, name = min(known)
    return name, -chance


def judge_contact(case: Case, named: tuple[tuple[str, Path], ...]) -> Iterator[Finding]:
    """Chance of contact and closeness of everything that goes in."""
    if not named:
        text = "There is no path whose chances could be told."
        yield Finding("contact", Status.UNKNOWN, Severity.ACTION, text)
    for number, (who, path) in enumerate(named, start=1):
        yield from _of_one(case, f"contact-{number}", who, path)


def _of_one(case: Case, name: str, who: str, path: Path) -> Iterator[Finding]:
    if path.probability.hit is None:
        text = f"P(hit) and P(touch) of {who} are unknown: its position was not scanned."
        yield Finding(name, Status.UNKNOWN, Severity.ACTION, text)
        return
    limit, caution = (case.assumed.get_value(a.name) for a in (CONTACT_LIMIT, CONTACT_CAUTION))
    said = sorted(
        ((chance, what) for what, chance in path.probability.touch.items() if chance is not None),
        key=lambda item: (-item[0], item[1]),
    )
    over = [f"{what} {chance:.2f}" for chance, what in said if chance > limit]
    watch = [f"{what} {chance:.2f}" for chance, what in said if caution < chance <= limit]
    if over:
        text = (
            f"P(touch) of {who} is above {limit:g}: {', '.join(over)} (one uncorrected pass); take "
            "another way, part it, or correct the needle under imaging before it is passed."
        )
        yield Finding(name, Status.NOT_MET, Severity.ACTION, text)
    else:
        text = f"No P(touch) of {who} is above {limit:g}."
        yield Finding(name, Status.MET, Severity.ACTION, text)
    if watch:
        text = f"P(touch) of {who}: {', '.join(watch)} (one uncorrected pass)."
        yield Finding(f"{name}-likely", Status.NOT_MET, Severity.CAUTION, text)
    close_mm = case.assumed.get_value(CLOSE.name)
    near = sorted((mm, n) for n, mm in path.clearances_mm.items() if mm is not None)
    beside = [f"{what} {mm:.1f} mm" for mm, what in near if mm < close_mm]
    if beside:
        text = f"Nearer to {who} than {close_mm:g} mm: {', '.join(beside)}."
        yield Finding(f"{name}-close", Status.NOT_MET, Severity.CAUTION, text)
    if path.probability.hit < case.assumed.get_value(HIT_CAUTION.name):
        text = f"P(hit) of {who} is only {path.probability.hit:.2f} in one uncorrected pass."
        yield Finding(f"{name}-hit", Status.NOT_MET, Severity.CAUTION, text)


def judge_complete(case: Case, effect: Effect | None) -> Iterator[Finding]:
    """Chance that the treatment is complete, where it predicts one."""
    name = "complete-ablation"
    if effect is None or effect.complete is None:
        text = "This plan predicts no effect, so no chance of a complete one belongs to it."
        if effect is not None:
            text = "The predicted effect tells no chance of a complete treatment: none is claimed."
        yield Finding(name, Status.MET, Severity.INFO, text)
        return
    chance = effect.measure(effect.complete)
    if chance.nominal is None:
        text = f"{_capital(chance.label)} is unknown."
        yield Finding(name, Status.UNKNOWN, Severity.ACTION, text)
        return
    limit, caution = (case.assumed.get_value(a.name) for a in (COMPLETE_LIMIT, COMPLETE_CAUTION))
    text = (
        f"{_capital(chance.label)} {100.0 * chance.nominal:.0f} %, over {effect.samples} samples "
        f"of one uncorrected placement ({100.0 * limit:.0f} % asked). {_goal(effect)}What matters "
        f"most: {effect.dominant or 'not known'}. Check every tip and correct it before treating."
    )
    if chance.nominal < limit:
        yield Finding(name, Status.NOT_MET, Severity.ACTION, text)
        return
    yield Finding(name, Status.MET, Severity.ACTION, text)
    if chance.nominal < caution:
        said = (
            f"{_capital(chance.label)} {chance.nominal:.2f}, uncorrected: check and correct each "
            "tip."
        )
        yield Finding(f"{name}-likely", Status.NOT_MET, Severity.CAUTION, said)


def _goal(effect: Effect) -> str:
    """What the chance turns on, as a sentence; empty where it has no spread."""
    goal = None if effect.goal is None else effect.measure(effect.goal)
    if goal is None or not isinstance(goal.value, Spread):
        return ""
    spread = goal.value
    return f"{_capital(goal.label)} {spread.p05:.1f} to {spread.p95:.1f} {goal.unit} (5 to 95 %). "


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def judge_domain(found: Effect | None) -> Finding:
    """Whether what is predicted lies where the prediction may be believed."""
    name = "effect-in-domain"
    if found is None:
        text = "No effect is predicted, so none is claimed."
        return Finding(name, Status.MET, Severity.INFO, text)
    if found.outside_domain is None:
        text = "Nobody judged whether the predicted effect lies in its domain of validity."
        return Finding(name, Status.UNKNOWN, Severity.ACTION, text)
    if found.outside_domain:
        text = f"The predicted effect is not to be believed: {'; '.join(found.outside_domain)}."
        return Finding(name, Status.UNKNOWN, Severity.ACTION, text)
    return Finding(name, Status.MET, Severity.INFO, "The predicted effect lies inside its domain.")


def format_figures(named: tuple[tuple[str, Path], ...], effect: Effect | None) -> tuple[str, ...]:
    """The figures that a banner carries: nearest, P(hit), P(touch), chance of complete ablation."""
    said = []
    for who, path in named:
        close, hit, touch = find_nearest(path), path.probability.hit, find_likeliest(path)
        parts = [
            "nearest unknown"
            if close is None
            else f"nearest {close[0]} {'crossed' if close[1] <= 0.0 else f'{close[1]:.1f} mm'}",
            f"P(hit) {'unknown' if hit is None else _chance(hit)}",
        ]
        if hit is None:
            parts.append("P(touch) unknown")
        elif touch is None:
            parts.append("P(touch) none in reach")
        else:
            parts.append(f"highest P(touch) {touch[0]} {_chance(touch[1])}")
        said.append(f"{who[0].upper()}{who[1:]}: {', '.join(parts)}.")
    if effect is not None:
        said += _expected(effect)
    return tuple(said)


def _expected(effect: Effect) -> list[str]:
    """Chance of a complete treatment and what it turns on; nothing where neither is predicted."""
    parts = []
    if effect.complete is not None:
        chance = effect.measure(effect.complete)
        known = "unknown" if chance.nominal is None else _chance(chance.nominal)
        parts.append(f"{chance.label} {known}")
    if effect.goal is not None:
        goal = effect.measure(effect.goal)
        if isinstance(goal.value, Spread):
            low, middle, high = (goal.value.p05, goal.value.p50, goal.value.p95)
            parts.append(f"{goal.label} {middle:.1f} {goal.unit} ({low:.1f} to {high:.1f})")
    return [f"{_capital('; '.join(parts))}."] if parts else []


def _chance(value: float) -> str:
    """A probability as it is printed; the ends of the scale are never claimed."""
    if value < _SMALLEST:
        return f"< {_SMALLEST}"
    return f"> {1.0 - _SMALLEST}" if value > 1.0 - _SMALLEST else f"{value:.2f}"
