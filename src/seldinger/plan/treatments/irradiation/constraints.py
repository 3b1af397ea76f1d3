"""Constraints: the activity that each limit allows, which one binds, which goals are in reach.

Every dose is proportional to the activity, so a limit of ``dose_gy`` allows (dose_gy - what the
compartment has already) over its dose per GBq. The smallest of them binds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.core.verdict import Status
from seldinger.plan.treatments.irradiation.activity import check_mass
from seldinger.plan.treatments.irradiation.compartments import find_gy_per_gbq, sum_session
from seldinger.plan.treatments.irradiation.territory import LUNG, WHOLE_NORMAL

if TYPE_CHECKING:
    from seldinger.catalogue.nuclides import DecayConstants
    from seldinger.plan.treatments.irradiation.compartments import SessionDose, TerritoryDose
    from seldinger.plan.treatments.irradiation.rules import DoseRule
    from seldinger.plan.treatments.irradiation.territory import Lungs, Territory

_ROUNDING, _DOSE_ROUNDING = 1e-9, 1e-6
"""An activity may pass its limit by this share: forward and back round."""


@dataclass(frozen=True, slots=True)
class Before:
    """What compartments have already.

    Attributes:
        lung_gy: from other injections of this session.
        earlier_lung_gy: from earlier treatments; None: nobody knows, so no cumulative limit can be
            told. Give 0 where there was none.
        whole_normal_gy: from other injections of this session and earlier ones; None: nobody
            knows.

    Raises:
        PlanError: on construction, a negative dose.
    """

    lung_gy: float = 0.0
    earlier_lung_gy: float | None = None
    whole_normal_gy: float | None = 0.0

    def __post_init__(self) -> None:
        for dose_gy in (self.lung_gy, self.earlier_lung_gy or 0.0, self.whole_normal_gy or 0.0):
            if not dose_gy >= 0.0:
                raise PlanError(f"a dose before of {dose_gy:g} Gy: it is 0 or more")

    def find_gy(self, rule: DoseRule) -> float | None:
        """What counts against a rule already; None where nobody knows."""
        if rule.compartment == WHOLE_NORMAL:
            return self.whole_normal_gy
        if rule.compartment != LUNG:
            return 0.0
        if not rule.cumulative:
            return self.lung_gy
        return None if self.earlier_lung_gy is None else self.lung_gy + self.earlier_lung_gy


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one limit allows.

    Attributes:
        rule: the limit.
        compartment: that it holds for; of "tumour", one of them.
        gy_per_gbq: its dose for 1 GBq; None where the compartment is not known.
        given_gbq: the most that may be given; None: it never limits (``status`` met), or nobody can
            tell (``status`` unknown).
        status: met: some activity is allowed; not met: none is left; unknown: mass or earlier dose
            is missing.
        missing: what would have to be known.
    """

    rule: DoseRule
    compartment: str
    gy_per_gbq: float | None
    given_gbq: float | None
    status: Status
    missing: str = ""


@dataclass(frozen=True, slots=True)
class GoalCheck:
    """Whether one goal can be reached.

    Attributes:
        rule: the goal.
        compartment: that it holds for; of "tumour", one of them.
        needed_gbq: that must be given; None where the compartment is not known.
        reached_gy: with the most that is allowed; None where nothing limits, or it is not known.
        status: met, not met, or unknown: a limit or the compartment itself is not known.
    """

    rule: DoseRule
    compartment: str
    needed_gbq: float | None
    reached_gy: float | None
    status: Status


@dataclass(frozen=True, slots=True)
class ActivityWindow:
    """What the rules leave of one injection.

    Attributes:
        territory: that is perfused.
        constants: that it was computed with; a report prints their ``text``.
        lung_shunt: fraction.
        lungs: with their mass and whether it was measured.
        allowances: of every limit, the strictest first.
        goals: of every goal.
        most_gbq: the most that may be given; None where no limit that is known limits.
        binding: the limit behind ``most_gbq``.
    """

    territory: Territory
    constants: DecayConstants
    lung_shunt: float
    lungs: Lungs
    allowances: tuple[Allowance, ...]
    goals: tuple[GoalCheck, ...]
    most_gbq: float | None
    binding: Allowance | None

    @property
    def unknown(self) -> tuple[Allowance, ...]:
        """Limits that nobody can tell: while there are any, ``most_gbq`` clears nothing."""
        return tuple(one for one in self.allowances if one.status is Status.UNKNOWN)

    @property
    def least_gbq(self) -> float | None:
        """What the goals ask for, all together; None where none can be told."""
        return max(
            (one.needed_gbq for one in self.goals if one.needed_gbq is not None), default=None
        )


def find_window(
    territory: Territory,
    lung_shunt: float,
    lungs: Lungs,
    constants: DecayConstants,
    rules: tuple[DoseRule, ...],
    before: Before,
) -> ActivityWindow:
    """The activity between goals and limits for one injection.

    Args:
        territory: that is perfused.
        lung_shunt: fraction, below 1.
        lungs: with their mass.
        constants: of the nuclide, by a preset.
        rules: that hold, edited or not.
        before: what compartments have already.
    """
    rates = find_gy_per_gbq(territory, lung_shunt, lungs, constants)
    limits = [
        _allow(rule, name, rates.get(name), before)
        for rule in rules
        if rule.kind == "limit"
        for name in _compartments(rule, territory)
    ]
    known = [one for one in limits if one.given_gbq is not None]
    binding = min(known, key=lambda one: one.given_gbq or 0.0, default=None)
    most = None if binding is None else binding.given_gbq
    unknown = any(one.status is Status.UNKNOWN for one in limits)
    goals = tuple(
        _check(rule, name, rates.get(name), most, before, unknown=unknown)
        for rule in rules
        if rule.kind == "goal"
        for name in _compartments(rule, territory)
    )
    strictest = tuple(sorted(limits, key=lambda one: (one.given_gbq is None, one.given_gbq or 0.0)))
    return ActivityWindow(territory, constants, lung_shunt, lungs, strictest, goals, most, binding)


def _compartments(rule: DoseRule, territory: Territory) -> tuple[str, ...]:
    """Those a rule holds for; "tumour" itself where none is told apart, which is unknown."""
    if rule.compartment != "tumour":
        return (rule.compartment,)
    return tuple(one.name for one in territory.tumours) or ("tumour",)


def _allow(rule: DoseRule, name: str, rate: float | None, before: Before) -> Allowance:
    if rate is None:
        missing = f"the dose of {name}: tell tumours with their uptake, and masses"
        return Allowance(rule, name, None, None, Status.UNKNOWN, missing)
    had = before.find_gy(rule)
    if had is None:
        missing = "the lung dose of earlier treatments (0 where there was none)"
        if rule.compartment == WHOLE_NORMAL:
            missing = "the dose of the normal liver by the other injections and treatments"
        return Allowance(rule, name, rate, None, Status.UNKNOWN, missing)
    left = rule.dose_gy - had
    if left <= 0.0:
        return Allowance(rule, name, rate, 0.0, Status.NOT_MET)
    return Allowance(rule, name, rate, left / rate if rate > 0.0 else None, Status.MET)


def _check(
    rule: DoseRule,
    name: str,
    rate: float | None,
    most_gbq: float | None,
    before: Before,
    *,
    unknown: bool,
) -> GoalCheck:
    if rate is None or rate <= 0.0:
        return GoalCheck(rule, name, None, None, Status.UNKNOWN)
    had = before.find_gy(rule) or 0.0
    needed = max(0.0, rule.dose_gy - had) / rate
    reached = None if most_gbq is None else had + rate * most_gbq
    if most_gbq is not None and needed > most_gbq * (1.0 + _ROUNDING):
        return GoalCheck(rule, name, needed, reached, Status.NOT_MET)
    # A limit that nobody can tell may be stricter than the one that binds.
    status = Status.UNKNOWN if unknown or most_gbq is None else Status.MET
    return GoalCheck(rule, name, needed, reached, status)


def judge_dose(rule: DoseRule, dose_gy: float, had_gy: float, lungs: Lungs) -> Status:
    """Whether a dose keeps a limit; that of lungs which nobody weighed, if the lightest do too.

    Args:
        rule: the limit.
        dose_gy: with what was given before.
        had_gy: of it before.
        lungs: with the least that they may weigh.
    """
    most_gy = rule.dose_gy * (1.0 + _DOSE_ROUNDING)
    if dose_gy > most_gy:
        return Status.NOT_MET
    lightest_gy = had_gy + (dose_gy - had_gy) * lungs.mass_kg / lungs.least_kg
    return Status.UNKNOWN if rule.compartment == LUNG and lightest_gy > most_gy else Status.MET


@dataclass(frozen=True, slots=True)
class SessionScale:
    """How far all injections of a session may grow together.

    Attributes:
        session: as it was planned.
        factor: by which every activity may be multiplied; None where nothing known limits.
        binding: the limit behind it, and of which injection; the injection is None for what
            all share.
        unknown: limits that nobody can tell.
    """

    session: SessionDose
    factor: float | None
    binding: tuple[DoseRule, str | None] | None
    unknown: tuple[DoseRule, ...]


def scale_session(
    injections: tuple[TerritoryDose, ...], rules: tuple[DoseRule, ...], before: Before
) -> SessionScale:
    """How far several injections may grow: lungs and whole normal liver count all of them.

    Args:
        injections: with their activities.
        rules: that hold; goals are not looked at.
        before: of earlier treatments.

    Raises:
        PlanError: the injections do not speak of one patient.
    """
    session = sum_session(injections)
    shared = {LUNG: session.lung_gy, WHOLE_NORMAL: session.whole_normal_gy}
    found: list[tuple[float, DoseRule, str | None]] = []
    unknown: list[DoseRule] = []
    for rule in rules:
        had = before.find_gy(rule)
        if rule.kind != "limit":
            continue
        doses: list[tuple[float | None, str | None]] = [
            (one.dose_gy.get(name), one.territory.name)
            for one in injections
            for name in _compartments(rule, one.territory)
        ]
        if rule.compartment in shared:
            doses = [(shared[rule.compartment], None)]
        for dose_gy, where in doses:
            if dose_gy is None or had is None:
                unknown.append(rule)
            elif dose_gy > 0.0:
                found.append((max(0.0, rule.dose_gy - had) / dose_gy, rule, where))
    if not found:
        return SessionScale(session, None, None, tuple(dict.fromkeys(unknown)))
    factor, rule, where = min(found, key=lambda one: one[0])
    return SessionScale(session, factor, (rule, where), tuple(dict.fromkeys(unknown)))


def find_shunt_bound(
    lung_limit_gy: float,
    lung_kg: float,
    liver_limit_gy: float,
    liver_kg: float,
    liver_share: float = 1.0,
) -> float:
    """The lung shunt fraction below which the lungs never limit: a limit of the liver does first.

    Of 1 GBq, k F / M_lung go to the lungs and k (1 - F) s / M_liver to the liver. Both limits are
    reached at once where F / (1 - F) = D_lung M_lung s / (D_liver M_liver). Neither the dose
    constant nor the perfused volume matters. Where no limit of the liver is meant to hold
    (segmentectomy), the bound says nothing.

    Args:
        lung_limit_gy: of the lungs.
        lung_kg: both lungs.
        liver_limit_gy: of the mean over ``liver_kg``.
        liver_kg: what that mean is taken over.
        liver_share: s, the share of the activity in the liver that lies in ``liver_kg``: 1 for the
            whole liver, less for normal liver beside tumours.

    Raises:
        PlanError: a limit, a mass or a share of nothing.
    """
    if not (lung_limit_gy > 0.0 and liver_limit_gy > 0.0):
        raise PlanError(
            f"limits of {lung_limit_gy:g} Gy (lungs) and {liver_limit_gy:g} Gy (liver): both must "
            "be above 0"
        )
    if not 0.0 < liver_share <= 1.0:
        raise PlanError(f"a share of {liver_share:g} of the activity: it is above 0 and at most 1")
    lung_j = lung_limit_gy * check_mass(lung_kg, "the lungs", most_kg=5.0)
    liver_j = liver_limit_gy * check_mass(liver_kg, "the liver") / liver_share
    return lung_j / (lung_j + liver_j)
