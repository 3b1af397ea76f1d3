"""Decided: which decisions count: made by one of those who are asked, and not overtaken.

A decision that does not count is told beside the finding, which stays open. It never helps: a case
is judged with it and without it, and the worse answer holds.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from seldinger.care import pages
from seldinger.care.clearance.model import Request
from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from seldinger.care.clearance.inputs import Input
    from seldinger.care.clearance.model import Case, Decision
    from seldinger.care.clearance.profile import Profile

OPERATOR = "the operator"
VALIDITY = pages.assumptions("clearance")["decision_validity_d"]
_OF_DRUGS = ("hold", "continue")
_DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Standard:
    """What a decision's age is held against.

    Attributes:
        at: the start, or now where it is not told; aware.
        limit_d: how old a decision may be then.
        drawn: name of an input, or "lab.inr" -> what was measured last for it, and when.
    """

    at: dt.datetime
    limit_d: float
    drawn: Mapping[str, tuple[str, dt.datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed(Request):
    """A request whose decisions are held against who is asked, and against time."""

    standard: Standard

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Ruling:
    """What came of the decisions about one thing.

    Attributes:
        decision: the one that counts; None: none does.
        told: those that do not count and why, without a full stop; empty: there is none.
        asked: who must still decide; empty: nobody.
    """

    decision: Decision | None
    told: str
    asked: str


def weigh(case: Case, inputs: Mapping[str, Input], profile: Profile, now: dt.datetime) -> Case:
    """The case, its decisions to be weighed against what ``inputs`` now say."""
    timed = [one for one in case.patient.labs if one.taken is not None]
    drawn: dict[str, tuple[str, dt.datetime]] = {}
    for lab in sorted(timed, key=lambda one: one.taken.timestamp() if one.taken else 0.0):
        if lab.taken is not None:
            drawn[f"lab.{lab.key}"] = (lab.key, lab.taken)
    for name, known in inputs.items():
        of = [drawn[one] for one in known.of if one in drawn]
        if of:
            drawn[name] = max(of, key=lambda one: one[1].timestamp())
    limit_d = profile.alarms.get(VALIDITY.name, VALIDITY.value)
    standard = Standard(case.request.start or now, limit_d, drawn)
    parts = {name: getattr(case.request, name) for name in Request.__dataclass_fields__}
    return replace(case, request=Weighed(**parts, standard=standard))


def find_ruling(
    request: Request, about: str, who: str, also: str = "", used: Iterable[str] = ()
) -> Ruling:
    """What was decided about something, and whether it counts.

    Args:
        request: with its decisions; unless it is ``Weighed``, the latest counts as it is told.
        about: a drug, or the id of a finding or question.
        who: who decides, in the rule's words: one of those named is enough; empty: anybody.
        also: who must decide the same besides; empty: nobody.
        used: inputs of the finding: a value drawn after a decision overtakes it.
    """
    latest = request.decision(about)
    if latest is None or not isinstance(request, Weighed):
        return Ruling(latest, "", who if latest is None else "")
    about_it = [one for one in request.decisions if one.about == about]
    names = tuple(used)
    fresh = [one for one in about_it if not _overtaken(one, request.standard, names)]
    counting: list[Decision] = []
    lacking: list[str] = []
    for party in dict.fromkeys((who, also) if also else (who,)):
        mine = [one for one in fresh if may_decide(one.role, party)]
        last = max(mine, key=lambda one: one.at.timestamp(), default=None)
        if last is None or _folded(last) != _folded(latest):
            lacking.append(party)
        else:
            counting.append(last)
    if lacking:
        return Ruling(None, _told(about_it, request.standard, names, lacking), _joined(lacking))
    return Ruling(_together(counting), "", "")


def may_decide(role: str, who: str) -> bool:
    """Whether a person of some role is one of those whom a rule names."""
    if not who:
        return True
    parties = parse_parties(who)
    words = role.casefold()
    table = _table()
    if any(one in words for one in table["never"]):
        return False
    physicians = (
        *table["physician"],
        *(stem for party in table["party"] if party.get("discipline") for stem in party["roles"]),
    )
    return any(
        any(stem in words for stem in party["roles"])
        or (party.get("physician", False) and any(stem in words for stem in physicians))
        for party in (parties or [party for party in table["party"] if party.get("physician")])
    )


def parse_parties(asked: str) -> list[Mapping[str, list[str]]]:
    """The parties that a rule's words name."""
    words = asked.casefold()
    return [party for party in _table()["party"] if any(one in words for one in party["asked"])]


def _overtaken(decision: Decision, standard: Standard, used: Iterable[str]) -> str:
    """Why a decision is too old; empty: it is not."""
    days = (standard.at.timestamp() - decision.at.timestamp()) / _DAY_S
    if days > standard.limit_d:
        return f"{days:.1f} d old at the start, at most {standard.limit_d:g}"
    for name in used:
        what, drawn = standard.drawn.get(name, ("", decision.at))
        if drawn.timestamp() > decision.at.timestamp():
            return f"before the last {what} of {drawn:%Y-%m-%d %H:%M}"
    return ""


def _told(
    about_it: Iterable[Decision], standard: Standard, used: Iterable[str], lacking: list[str]
) -> str:
    parts = []
    for one in sorted(about_it, key=lambda one: one.at.timestamp()):
        why = _overtaken(one, standard, used)
        parts.append(f"{one.text}{f' ({why})' if why else ''}")
    who = _joined(lacking)
    asked = f"the profile asks {who}" if who else "it is to be decided anew"
    return f"Told, and does not count: {'; '.join(parts)}; {asked}"


def _joined(parties: Iterable[str]) -> str:
    return ", and ".join(one for one in parties if one)


def _folded(one: Decision) -> str:
    """What was decided, as it is compared: of a drug whether it is held or goes on."""
    said = one.decided.strip().casefold()
    return next((word for word in _OF_DRUGS if said.startswith(word)), said)


def _together(counting: list[Decision]) -> Decision:
    """One decision, with everybody who made it."""
    last = max(counting, key=lambda one: one.at.timestamp())
    others = [one for one in counting if (one.name, one.role) != (last.name, last.role)]
    if not others:
        return last
    names = "; ".join(f"{one.name}, {one.role}" for one in (*others, last))
    return replace(last, name=names.removesuffix(f", {last.role}"))


@cache
def _table() -> dict[str, list]:  # type: ignore[type-arg]
    page = resources.files("seldinger.care") / "data" / "deciders.toml"
    return tomllib.loads(page.read_text(encoding="utf-8"))
