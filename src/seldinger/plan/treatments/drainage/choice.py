"""What a drainage decides before any path is known: needle, trocar or Seldinger, and French."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.core.record import Assumption
from seldinger.plan.treatments import common_steps
from seldinger.plan.wording import get_number, quote_fact, state_fact

if TYPE_CHECKING:
    from seldinger.plan.approach.percutaneous.model import NeedleCase

TROCAR, SELDINGER, ASPIRATION = "trocar", "Seldinger", "aspiration"
BY_USER = "chosen by the user"
CONTENTS = ("clear", "pus", "blood", "debris")

SUPERFICIAL = Assumption(
    "superficial_mm", 40.0, "mm", 10.0, 80.0,
    "a collection whose near wall lies closer to the skin counts as superficial; no source gives a "
    "cut",
)  # fmt: skip
LARGE = Assumption(
    "large_mm", 50.0, "mm", 30.0, 100.0,
    "a collection at least this wide counts as large for a trocar; no source gives a cut",
)  # fmt: skip
DEBRIS_FRENCH = Assumption(
    "debris_french", 12.0, "[Ch]", 12.0, 14.0,
    "drain for debris: the next size on the shelf; the source only says larger",
)  # fmt: skip
ACCESS_GAUGE = Assumption(
    "access_gauge", 21.0, "{gauge}", 18.0, 21.0,
    "needle that opens the way in Seldinger's technique: the thin one",
)  # fmt: skip
ASPIRATION_GAUGE = Assumption(
    "aspiration_gauge", 18.0, "{gauge}", 18.0, 21.0,
    "needle that empties a collection: wide enough for pus, and it takes a wire if pus is left",
)  # fmt: skip
NEEDLE_TIP = Assumption(
    "needle_tip_mm", 3.0, "mm", 0.0, 10.0,
    "room beyond the aim for the bevel of an aspirating needle",
)  # fmt: skip
LENGTH_MARGIN = Assumption(
    "length_margin_mm", 20.0, "mm", 0.0, 60.0,
    "needle length wanted beyond the shortest way, because the best path is rarely the shortest",
)  # fmt: skip
GALLBLADDER_FRENCH = Assumption(
    "gallbladder_french", 8.0, "[Ch]", 8.0, 12.0,
    "drain for bile; no source read compares sizes there",
)  # fmt: skip
TRANSHEPATIC = Assumption(
    "weight_transhepatic", 0.5, "1", 0.0, 5.0,
    "cost of reaching the gallbladder without crossing a little liver; custom, no source read",
)  # fmt: skip
ASSUMPTIONS = (
    SUPERFICIAL, LARGE, DEBRIS_FRENCH, ACCESS_GAUGE, ASPIRATION_GAUGE, NEEDLE_TIP, LENGTH_MARGIN,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Technique:
    """How the drain gets in, and why."""

    name: str
    reasons: tuple[str, ...]


def choose_technique(case: NeedleCase) -> Technique:
    """Trocar for the large and superficial, a needle for the small and simple, else Seldinger."""
    size, depth = case.target.diameter_mm, case.skin_distance_mm
    large, superficial = (
        common_steps.get_value(case.settings, LARGE),
        common_steps.get_value(case.settings, SUPERFICIAL),
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
    return common_steps.answer(case.settings, "simple", ("yes", "no"))


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
    french = common_steps.get_value(case.settings, GALLBLADDER_FRENCH)
    return Bore(
        french,
        "bile",
        f"{french:g} F assumed for bile; {state_fact('drainage.viscosity.biliary')}",
    )


def choose_bore(case: NeedleCase) -> Bore:
    """French by content; with unknown content the plan makes room for the larger of the two."""
    content = common_steps.answer(case.settings, "content", CONTENTS)
    clear, thick = get_number("drainage.size.serous"), get_number("drainage.size.purulent")
    if content == "clear":
        return Bore(clear, content, quote_fact("drainage.size.serous"))
    if content in ("pus", "blood"):
        return Bore(thick, content, quote_fact("drainage.size.purulent"))
    if content == "debris":
        french = common_steps.get_value(case.settings, DEBRIS_FRENCH)
        why = f"{french:g} F assumed for debris. {quote_fact('drainage.size.larger_no_faster')}"
        return Bore(french, content, why)
    why = (
        f"The content is unknown: aspirate first, then {clear:g} F if it is clear, {thick:g} F if "
        f"it is pus or blood; room is planned for {max(clear, thick):g} F. "
        f"{quote_fact('drainage.size.serous')} {quote_fact('drainage.size.purulent')}"
    )
    return Bore(max(clear, thick), content, why)
