"""The table of alternatives: the chosen row first, and of every other row why it was not chosen.

Rows are estimates in even tissue, to choose by. What was then tried on the patient is said in its
row, so that "enough" never stands where no applicator has a path.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger.simulate.effect import Option
from seldinger.simulate.thermal.effect import MARGIN, SPACING, describe_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.plan.treatments.ablation.arrange import Arrangement
    from seldinger.simulate.thermal.effect import Figures

TOLERANCE_MM = 0.25
"""Less than a quarter of a cell is not worth another applicator."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What became of an arrangement on the patient.

    Attributes:
        arrangement: which.
        slack_mm: least of what is there minus what is needed; None where there was no way.
        why: no way, in words; empty where there was one.
    """

    arrangement: Arrangement
    slack_mm: float | None
    why: str = ""

    @property
    def words(self) -> str:
        """In a row of the table."""
        if self.slack_mm is None:
            return f"cannot be placed in this patient: {self.why}"
        return f"{_reach(self.slack_mm)} on this patient"


def build_table(
    tried: Sequence[Arrangement], trials: Sequence[Trial], won: Arrangement
) -> tuple[Option, ...]:
    """A row for each of ``tried`` and its ``trials``, the chosen one first."""
    rows = [_row(won, "", chosen=True)]
    rows += [_row(a, _why_not(a, trials, won), chosen=False) for a in tried if not _same(a, won)]
    return tuple(rows)


def replace_chosen(options: Sequence[Option], found: Figures) -> tuple[Option, ...]:
    """The chosen row with the figures of the plan itself, on this patient."""
    least = found.minimal_margin_mm.nominal
    planned = [
        replace(
            o,
            measures=describe_option(
                least, found.coverage, found.zone_volume_ml, o.measure(SPACING).nominal
            ),
            on_patient=True,
            note="; ".join(p for p in (_planned(o, found), o.note) if p),
        )
        if o.chosen
        else o
        for o in options
    ]
    return tuple(planned)


def _planned(option: Option, found: Figures) -> str:
    """What the plan reaches, beside what even tissue had promised."""
    here, there = found.minimal_margin_mm.nominal, option.measure(MARGIN).nominal
    return f"as planned, on this patient (in even tissue {there:.1f} mm instead of {here:.1f} mm)"


def _row(one: Arrangement, note: str, *, chosen: bool) -> Option:
    made = one.template
    return Option(
        technique=made.applicator.modality,
        device=made.applicator.id,
        count=made.pattern.count,
        setting=made.setting.words,
        measures=describe_option(
            one.minimal_mm, one.coverage, made.volume_ml, made.pattern.spacing_mm
        ),
        chosen=chosen,
        note=note,
    )


def _why_not(one: Arrangement, trials: Sequence[Trial], won: Arrangement) -> str:
    """What even tissue promises, and what became of it on the patient."""
    even = f"{_reach(one.slack_mm)} in even tissue"
    mine = [t for t in trials if _same(t.arrangement, one)]
    if mine:
        return f"{even}, {mine[-1].words}"
    if one.slack_mm < -TOLERANCE_MM:
        return even
    here, chosen = one.template, won.template
    if here.applicator.modality != chosen.applicator.modality:
        return f"{even}; not tried on this patient: {chosen.applicator.modality} comes first"
    if here.pattern.count > chosen.pattern.count:
        return f"{even}; not tried on this patient: fewer applicators were chosen"
    return f"{even}; not tried on this patient"


def _reach(slack_mm: float) -> str:
    return "enough" if slack_mm >= -TOLERANCE_MM else f"{-slack_mm:.1f} mm short"


def _same(one: Arrangement, other: Arrangement) -> bool:
    """Whether two rows are one: applicator, number and setting."""
    a, b = one.template, other.template
    return (a.applicator.id, a.pattern, a.setting) == (b.applicator.id, b.pattern, b.setting)
