"""What a drainage decides before any path is known: needle, trocar or Seldinger, and French."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.core.record import read_assumptions
from seldinger.plan import answers
from seldinger.plan.answers import among
from seldinger.plan.wording import get_number, quote_fact, state_fact

if TYPE_CHECKING:
    from seldinger.plan.approach.percutaneous.model import NeedleCase

TROCAR, SELDINGER, ASPIRATION = "trocar", "Seldinger", "aspiration"
BY_USER = "chosen by the user"

_ASSUMED = read_assumptions("seldinger.plan.treatments.drainage")
SUPERFICIAL = _ASSUMED["superficial_mm"]
LARGE = _ASSUMED["large_mm"]
DEBRIS_FRENCH = _ASSUMED["debris_french"]
ACCESS_GAUGE = _ASSUMED["access_gauge"]
ASPIRATION_GAUGE = _ASSUMED["aspiration_gauge"]
NEEDLE_TIP = _ASSUMED["needle_tip_mm"]
LENGTH_MARGIN = _ASSUMED["length_margin_mm"]
GALLBLADDER_FRENCH = _ASSUMED["gallbladder_french"]
TRANSHEPATIC = _ASSUMED["weight_transhepatic"]
ASSUMPTIONS = (
    SUPERFICIAL, LARGE, DEBRIS_FRENCH, ACCESS_GAUGE, ASPIRATION_GAUGE, NEEDLE_TIP, LENGTH_MARGIN,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainageAnswers:
    """What decides of a drainage that no image shows."""

    content: str | None = among("clear", "pus", "blood", "debris")
    simple: str | None = among("yes", "no")


@dataclass(frozen=True, slots=True)
class Technique:
    """How the drain gets in, and why."""

    name: str
    reasons: tuple[str, ...]


def choose_technique(case: NeedleCase) -> Technique:
    """Trocar for the large and superficial, a needle for the small and simple, else Seldinger."""
    size, depth = case.target.diameter_mm, case.skin_distance_mm
    large, superficial = (
        LARGE.get_value(case.settings.assume),
        SUPERFICIAL.get_value(case.settings.assume),
    )
    limit = get_number("drainage.aspirate_below")
    if size < limit and is_simple(case) == "yes":
        why = f"{size:.0f} mm wide, less than {limit:.0f} mm, and simple"
        return Technique(ASPIRATION, (why, state_fact("drainage.aspirate_below")))
    compared = "at least" if size >= large else "less than"
    wide = f"{size:.0f} mm wide ({compared} {large:.0f} mm, assumed)"
    compared = "at most" if depth <= superficial else "more than"
    deep = f"near wall {depth:.0f} mm from the skin ({compared} {superficial:.0f} mm, assumed)"
    if size >= large and depth <= superficial:
        return Technique(TROCAR, (f"large: {wide}", f"superficial: {deep}"))
    reasons = [f"small: {wide}"] if size < large else []
    reasons += [f"deep: {deep}"] if depth > superficial else []
    return Technique(SELDINGER, tuple(reasons))


def is_simple(case: NeedleCase) -> str | None:
    """Whether the collection is single, without septa and fistula; None when nobody said so."""
    return answers.read(DrainageAnswers, case.settings).simple


@dataclass(frozen=True, slots=True)
class Bore:
    """French size by content.

    Attributes:
        french: what the plan is made with.
        content: what the collection holds; None when not known.
        reason: in words, both sizes when the content is not known.
    """

    french: float
    content: str | None
    reason: str


def choose_gallbladder_bore(case: NeedleCase) -> Bore:
    """French for bile: assumed."""
    french = GALLBLADDER_FRENCH.get_value(case.settings.assume)
    return Bore(
        french,
        "bile",
        f"{french:g} F assumed for bile; {state_fact('drainage.viscosity.biliary')}",
    )


def choose_bore(case: NeedleCase) -> Bore:
    """French by content; with unknown content the plan makes room for the larger of the two."""
    content = answers.read(DrainageAnswers, case.settings).content
    clear, thick = get_number("drainage.size.serous"), get_number("drainage.size.purulent")
    if content == "clear":
        return Bore(clear, content, quote_fact("drainage.size.serous"))
    if content in ("pus", "blood"):
        return Bore(thick, content, quote_fact("drainage.size.purulent"))
    if content == "debris":
        french = DEBRIS_FRENCH.get_value(case.settings.assume)
        why = f"{french:g} F assumed for debris. {quote_fact('drainage.size.larger_no_faster')}"
        return Bore(french, content, why)
    why = (
        f"The content is unknown: aspirate first, then {clear:g} F if it is clear, {thick:g} F if "
        f"it is pus or blood; room is planned for {max(clear, thick):g} F. "
        f"{quote_fact('drainage.size.serous')} {quote_fact('drainage.size.purulent')}"
    )
    return Bore(max(clear, thick), content, why)
