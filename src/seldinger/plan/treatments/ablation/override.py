"""By hand: what the user fixes of single applicators, laid over what the planner placed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import PlanError
from seldinger.core.quantity import Quantity
from seldinger.core.space import as_vector, unit
from seldinger.plan.treatments.ablation.arrange import MOST_PROBES
from seldinger.plan.treatments.ablation.choice import read_answers
from seldinger.plan.treatments.ablation.modalities import MODALITIES
from seldinger.plan.treatments.ablation.options import AblationOptions
from seldinger.simulate.placement import POWER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.treatments.ablation.arrange import Arrangement
    from seldinger.plan.treatments.ablation.options import ProbeEdit
    from seldinger.simulate.thermal.setup import Placed


def edit_probes(case: NeedleCase, placed: Sequence[Placed]) -> tuple[Placed, ...]:
    """The applicators with the user's edits; added ones after them.

    Raises:
        PlanError: a number too high, an added one without tip and entry, or a setting outside the
            applicator's table that was not asked for.
    """
    made = list(placed)
    for edit in sorted(case.settings.get_options(AblationOptions).probe, key=lambda e: e.number):
        if not 1 <= edit.number <= min(len(made) + 1, MOST_PROBES):
            raise PlanError(
                f"there is no probe {edit.number}: the plan has {len(made)}; allowed are 1 to "
                f"{min(len(made) + 1, MOST_PROBES)}"
            )
        if edit.number == len(made) + 1:
            if edit.tip_lps_mm is None or edit.entry_lps_mm is None:
                raise PlanError(f"probe {edit.number} is new: give its tip and its entry")
            made.append(made[-1])
        made[edit.number - 1] = _changed(case, made[edit.number - 1], edit)
    return tuple(made)


def keep_editable(case: NeedleCase, ranked: Sequence[Arrangement]) -> list[Arrangement]:
    """The arrangements that have the applicators which the user changes; all when none has."""
    edits = case.settings.get_options(AblationOptions).probe
    changed = [e.number for e in edits if e.tip_lps_mm is None or e.entry_lps_mm is None]
    most = max(changed, default=0)
    return [a for a in ranked if a.template.pattern.count >= most] or list(ranked)


def _changed(case: NeedleCase, one: Placed, edit: ProbeEdit) -> Placed:
    seconds = None if edit.minutes is None else 60.0 * edit.minutes
    for value, words in ((edit.power_w, "W"), (edit.minutes, "min")):
        if value is not None and not 0.0 < value < np.inf:
            raise PlanError(f"probe {edit.number}: {value:g} {words} is nothing to set; give more")
    if edit.power_w is not None and MODALITIES[one.applicator.modality].engine.cold:
        raise PlanError(f"probe {edit.number}: {one.applicator.id} freezes, it has no power")
    tip = edit.tip_lps_mm or one.tip_lps_mm
    axis = np.asarray(one.axis_lps)
    if edit.entry_lps_mm is not None:
        axis = unit(np.subtract(edit.entry_lps_mm, tip))
    schedule = tuple(
        replace(
            s,
            setpoints=s.setpoints
            if edit.power_w is None or s.power_w is None
            else (Quantity(POWER, edit.power_w, "W"),),
            seconds=s.seconds if seconds is None or s.act == "thaw" else seconds,
        )
        for s in one.schedule
    )
    changed = replace(
        one, tip_lps_mm=tip, axis_lps=as_vector(axis), schedule=schedule,
        entry_lps_mm=edit.entry_lps_mm or one.entry_lps_mm,
    )  # fmt: skip
    outside = list_outside_table(changed)
    if outside and read_answers(case).outside_table != "yes":
        raise PlanError(f"{outside}; answer 'outside-table' with yes to use it all the same")
    return changed


def list_outside_table(one: Placed) -> str:
    """Which setting an applicator's own table does not hold, in words; empty when none."""
    rows = [z for z in one.applicator.zones if z.probes == 1 and z.seconds is not None]
    powers = [z.power_w for z in rows if z.power_w is not None]
    times = [z.seconds for z in rows if z.seconds is not None]
    most, name = one.applicator.max_power_w, one.applicator.id
    for stretch in one.schedule:
        power = stretch.power_w
        if power is not None and powers and not min(powers) <= power <= max(powers):
            return f"{name}: {power:g} W is outside its table, {min(powers):g} to {max(powers):g} W"
        if power is not None and most is not None and power > most:
            return f"{name}: {power:g} W is more than its generator gives, {most:g} W"
        if stretch.act == "heat" and times and not min(times) <= stretch.seconds <= max(times):
            return (
                f"{name}: {stretch.seconds / 60:g} min is outside its table, {min(times) / 60:g} "
                f"to {max(times) / 60:g} min"
            )
        if stretch.act == "freeze" and times and stretch.seconds > max(times):
            return (
                f"{name}: a freeze of {stretch.seconds / 60:g} min is outside its table, up to "
                f"{max(times) / 60:g} min"
            )
    return ""
