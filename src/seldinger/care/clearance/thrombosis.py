"""Thrombosis: the other side of every hold: what the drug is for, and who decides about stopping.

A stent's age is printed in days; who decides judges whether it is fresh. Until when no date is
proposed for stopping a drug against platelets is an assumption, printed and editable.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from seldinger.care import conditions, drugs, pages
from seldinger.care.clearance.decided import OPERATOR, find_ruling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.care.clearance.holds import Setting
    from seldinger.care.clearance.model import Decision
    from seldinger.care.clearance.rules import Tables
    from seldinger.care.patient import Condition, Drug, Patient


FRESH = pages.assumptions("clearance")["fresh_stent_d"]
"""For how long no date is proposed for stopping a drug against platelets."""


_CLOTS = (
    "thromb", "embol", "stroke", "stent", "valve", "clot", "fibrillation", "flutter", "dvt", "tia",
    "infarct", "heart attack", "bypass", "carotid", "coronary", "ischaem", "ischem", "arter",
)  # fmt: skip
"""Words of a reason, told in free words, that speak of clots: who prescribes the drug decides."""


@dataclass(frozen=True, slots=True)
class Side:
    """What speaks against stopping a drug.

    Attributes:
        text: in one or two sentences; empty: nothing.
        open: whether somebody must still decide or something must be known.
        decides: who.
        decision: what they decided; None: not yet.
        inputs: what was looked at.
        missing: what would have to be known.
        considers: conditions that were looked at.
    """

    text: str
    open: bool
    decides: str = ""
    decision: Decision | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    considers: tuple[str, ...] = ()


def reason_not_to_stop(drug: Drug, setting: Setting) -> str:
    """Why no date is proposed for stopping a drug against platelets; empty: one may be.

    A stent or event that is fresh or has no day; or, whatever its age, two such drugs at once.
    """
    if "antiplatelet" not in drugs.drug(drug.name).classes:
        return ""
    rows = {row.condition for row in setting.tables.thrombotic if row.fresh}
    events = [one for one in setting.case.patient.conditions if one.key in rows]
    reasons = {one.reason for one in setting.case.patient.drugs if one.reason in rows}
    reasons -= {one.key for one in events}
    if not events and not reasons:
        return ""
    at = setting.case.request.start or setting.now
    limit = setting.profile.alarms.get(FRESH.name, FRESH.value)
    young = [
        _aged(one, setting) for one in events
        if one.since is None or (at.date() - one.since).days < limit
    ]  # fmt: skip
    young += [f"{_name(key)}, its day not told" for key in sorted(filter(None, reasons))]
    if young:
        return ", ".join(young)
    if len(drugs.drugs_of_class(setting.case.patient, "antiplatelet")) > 1:
        return f"two drugs against platelets, {', '.join(_aged(one, setting) for one in events)}"
    return ""


def assess_side(drug: Drug, setting: Setting) -> Side:
    """The thrombotic side of one drug's hold."""
    patient = setting.case.patient
    reasons = _reasons(drug, patient, setting)
    who = name_deciders(drug, setting)
    of = tuple(
        f"condition.{one.key}" for one in patient.conditions
        if any(one.key == row.condition for row in setting.tables.thrombotic)
    )  # fmt: skip
    shown = {"taken for": ", ".join(words for words, _, _ in reasons) or drug.reason or "not told"}
    undecided = _undecided(drug, patient, reasons, who, shown, of)
    latest = setting.case.request.decision(drug.name)
    if latest is None:
        return undecided
    # Against a source that withholds, whoever bears the bleeding agrees; to hold needs that only
    # where something speaks against it.
    goes_on = latest.decided.startswith("continue")
    asked = undecided.decides or (OPERATOR if goes_on else "")
    decided = find_ruling(setting.case.request, drug.name, asked, OPERATOR if goes_on else "")
    if not goes_on and not undecided.open:
        decided = replace(decided, decision=latest)
    if decided.decision is not None:
        return Side(f"{decided.decision.text}", False, who, decided.decision, shown, (), of)  # noqa: FBT003
    text = f"{undecided.text}. {decided.told}" if undecided.text else decided.told
    return replace(undecided, text=text, open=True, decides=decided.asked or OPERATOR)


def name_deciders(drug: Drug, setting: Setting) -> str:
    """Who knows what the drug is for; empty: nothing that speaks of clots is told."""
    reasons = _reasons(drug, setting.case.patient, setting)
    return "; ".join(dict.fromkeys(decides for _, decides, _ in reasons))


def _undecided(
    drug: Drug,
    patient: Patient,
    reasons: list[tuple[str, str, str]],
    who: str,
    shown: Mapping[str, str],
    of: tuple[str, ...],
) -> Side:
    """The side before anybody decided."""
    if reasons:
        missing = tuple(lack for _, _, lack in reasons if lack)
        text = f"Proposed, not to be started before {who} decides: {shown['taken for']}"
        return Side(text, True, who, None, shown, missing, of)  # noqa: FBT003
    if not patient.conditions_complete:
        missing = ("all conditions (conditions_complete), clots, stents and valves among them",)
        text = "Proposed, not to be started before its reason is known"
        return Side(text, True, "who prescribes it", None, shown, missing)  # noqa: FBT003
    if drug.reason is None:
        text = (
            f"Proposed, not to be started before its reason is known: what {drug.told} is taken "
            "for is not told, who prescribes it says so and agrees"
        )
        return Side(text, True, "who prescribes it", None, shown)  # noqa: FBT003
    return Side("", False, inputs=shown)  # noqa: FBT003


def _reasons(drug: Drug, patient: Patient, setting: Setting) -> list[tuple[str, str, str]]:
    """Words of each thrombotic condition, who decides about it, and what of it is missing."""
    known = {one.condition: one for one in setting.tables.thrombotic}
    present = [one for one in patient.conditions if one.key in known]
    reasons = [
        (
            _aged(one, setting),
            known[one.key].decides,
            f"the day of the {_name(one.key)}" if _undated(one, setting) else "",
        )
        for one in present
    ]
    words = (drug.reason or "").casefold()
    if drug.reason not in known and any(one in words for one in _CLOTS):
        reasons.append((f"{drug.reason}, as told", "who prescribes it", ""))
    if drug.reason in known and drug.reason not in {one.key for one in present}:
        reasons.append((_name(drug.reason), known[drug.reason].decides, ""))
    return reasons


def reasons_of(patient: Patient, tables: Tables) -> tuple[str, str]:
    """Every reason why a patient takes drugs against clots, and who decides about them."""
    rows = {row.condition: row for row in tables.thrombotic}
    found = [one.key for one in patient.conditions if one.key in rows]
    found += [one.reason for one in patient.drugs if one.reason in rows]
    keys = list(dict.fromkeys(found))
    names = ", ".join(_name(key) for key in keys)
    return names, "; ".join(dict.fromkeys(rows[key].decides for key in keys))


def _undated(one: Condition, setting: Setting) -> bool:
    rows = {row.condition: row for row in setting.tables.thrombotic}
    return rows[one.key].wants_date and one.since is None


def _aged(condition: Condition, setting: Setting) -> str:
    words = (
        _name(condition.key)
        if condition.detail is None
        else f"{_name(condition.key)}, {condition.detail}"
    )
    if condition.since is None:
        return words
    at = setting.case.request.start or setting.now
    days = (at.date() - condition.since).days
    return f"{words} of {condition.since.isoformat()} ({days} days before)"


def _name(key: str) -> str:
    return conditions.conditions()[key].name
