"""What a clinician released about medicines, read back from a released clearance.

The seal is checked, and what it was given for: procedure, organ, patient, answer and day. A drug
about which somebody still has to decide is told to the patient as that: ask before you stop or take
it. Nothing that the patient takes is left out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seldinger.care import procedures
from seldinger.care.clearance.case_file import WORDS
from seldinger.core.errors import CareError
from seldinger.report import sheet_text
from seldinger.report.sheet import MedicineLine, Released

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LARGEST_BYTES = 4_000_000
_SIDES = ("left ", "right ")
_FASTS = {"clear_fluids": "drinks", "light_meal": "light_meal", "fatty_meal": "heavy_meal"}
"""End of a fasting rule's id -> the sentence of the sheet that says it."""
_SETTLING = ("clear", "conditional")
"""Answers under which a drug's own line may be settled."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a sheet is written for.

    Attributes:
        procedure, organ: as asked for.
        today: when it is written.
        patient_sha256: digest of the patient that it is for; None: not given.
    """

    procedure: str
    organ: str | None
    today: dt.date
    patient_sha256: str | None = None


def read(path: Path, purpose: Purpose) -> Released:
    """The release in a clearance's JSON, as ``seldinger clear --release`` writes it.

    Args:
        path: the clearance.
        purpose: what the sheet is for; the release must be for exactly that.

    Raises:
        CareError: no such file, not a clearance, not released, changed since, not clear, for
            another procedure, organ or patient, or for a day that is past.
    """
    data = _loaded(path)
    seal = data.pop("release", None)
    if not isinstance(seal, dict):
        raise CareError(
            f"{path.name} is not released: a clinician does that with `seldinger clear CASE.toml "
            "--release NAME --role ROLE`"
        )
    said = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    if hashlib.sha256(said.encode("utf-8")).hexdigest() != seal.get("sha256"):
        raise CareError(f"{path.name} was changed since it was released: release it anew")
    try:
        _check(path.name, data, purpose)
        start = data["request"]["start"]
        at = dt.datetime.fromisoformat(seal["at"])
        if at.date() > purpose.today:
            raise CareError(
                f"{path.name} was released on {at.date()}, after {purpose.today}: date the sheet "
                "on that day or later"
            )
        return Released(
            name=seal["name"],
            role=seal["role"],
            date=at.date().isoformat(),
            start=None if start is None else _when(start),
            lines=_lines(data, purpose.today),
            fasting=_fasting(data),
        )
    except (KeyError, TypeError, ValueError) as wrong:
        raise CareError(f"{path.name} does not hold a clearance: {wrong!r} is missing") from wrong


def _loaded(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise CareError(f"{path.name} is too large for a clearance")
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        raise CareError(f"{path.name}: {wrong.strerror or 'cannot be read'}") from wrong
    except ValueError as wrong:
        raise CareError(f"{path.name} is not JSON: {wrong}") from wrong
    if not isinstance(data, dict) or "drugs" not in data:
        raise CareError(f"{path.name} is no clearance: give what `seldinger clear --out` wrote")
    return data


def _check(name: str, data: Mapping[str, Any], purpose: Purpose) -> None:
    """Refuse a release that was given for something else."""
    request = data["request"]
    if data["answer"] not in {*_SETTLING, "unknown"}:
        raise CareError(
            f"{name} says {data['answer'].upper()}: no medicines are told from it; leave --release "
            "out, and the sheet says what to ask"
        )
    if not _same_procedure(request["procedure"], request["organ"], purpose):
        of, wanted = (
            p if o is None else f"{p} of the {o}"
            for p, o in (
                (request["procedure"], request["organ"]),
                (purpose.procedure, purpose.organ),
            )
        )
        raise CareError(
            f"{name} was released for {of}, this sheet is for {wanted}: what was decided there "
            "does not hold here; clear and release this procedure"
        )
    if purpose.patient_sha256 is not None and data["patient"]["sha256"] != purpose.patient_sha256:
        raise CareError(
            f"{name} was released for another patient, or for this one before something changed: "
            "clear and release the patient's file as it is now"
        )
    start = request["start"]
    if start is not None and dt.datetime.fromisoformat(start).date() < purpose.today:
        raise CareError(
            f"{name} was released for {_when(start)}, which is past on {purpose.today}: clear and "
            "release the new date"
        )


def _same_procedure(procedure: str, organ: str | None, purpose: Purpose) -> bool:
    """Whether a clearance is for what the sheet is about, by either of the names in use."""
    organs = [None if o is None else o.lower().strip() for o in (organ, purpose.organ)]
    if None not in organs and not _same_organ(str(organs[0]), str(organs[1])):
        return False
    asked = procedures.find(purpose.procedure, purpose.organ)
    if asked is not None and procedure not in asked.keys:
        return False
    try:
        pages = [
            sheet_text.page(p, o, "en")
            for p, o in ((procedure, organ), (purpose.procedure, purpose.organ))
        ]
    except CareError:
        return False
    return pages[0] is pages[1] and not (organ is None and pages[1].organs)


def _same_organ(organ: str, other: str) -> bool:
    """Whether two names are of one organ; a side that only one of them tells is no difference."""
    if organ == other:
        return True
    sided = [name.startswith(_SIDES) for name in (organ, other)]
    bare = [name.removeprefix(_SIDES[0]).removeprefix(_SIDES[1]) for name in (organ, other)]
    return bare[0] == bare[1] and not all(sided)


def _lines(data: Mapping[str, Any], today: dt.date) -> tuple[MedicineLine, ...]:
    """One line for each drug that the patient takes, in the order in which they were told."""
    plans: dict[str, list[Mapping[str, Any]]] = {}
    for drug in data["drugs"]:
        plans.setdefault(drug["told"], []).append(drug)
    names = {drug["told"]: drug["name"] for drug in data["patient"]["drugs"]}
    settling = data["answer"] in _SETTLING and data["bleeding"]["value"] is not None
    medicines = []
    for drug in dict.fromkeys([*names, *plans]):
        if names.get(drug) == "metformin":
            medicines.append(_metformin(drug, data))
            continue
        own = plans.get(drug, [])
        # One drug told under two names is taken twice: no date of either holds.
        twice = sum(name == names.get(drug) for name in names.values()) > 1
        lines = {_line(one, today) for one in own} if settling and not twice else set()
        medicines.append(lines.pop() if len(lines) == 1 else MedicineLine(drug, ask=True))
    return tuple(medicines)


def _line(drug: Mapping[str, Any], today: dt.date) -> MedicineLine:
    """What a patient may be told of one drug's plan."""
    name, decision = drug["told"], drug["decision"]
    decided = "" if decision is None else str(decision["decided"]).lower()
    if (drug["decides"] and not decided) or decided not in {"", *WORDS}:
        return MedicineLine(name, ask=True)
    if decided == "continue" or (drug["act"] == "continue" and not decided):
        return MedicineLine(name)
    if drug["act"] != "withhold" or drug["last_dose"] is None:
        return MedicineLine(name, ask=True)
    back = [_when(one["not_before"]) for one in drug["restarts"]]
    passed = dt.datetime.fromisoformat(drug["last_dose"]).date() < today
    return MedicineLine(
        name, _when(drug["last_dose"]), back[0] if len(back) == 1 else None, passed=passed
    )


def _metformin(drug: str, data: Mapping[str, Any]) -> MedicineLine:
    """Metformin and the dye: held, going on, or open; never left out."""
    if data["answer"] not in _SETTLING:
        return MedicineLine(drug, ask=True)
    findings = [f for f in data["findings"] if "metformin" in f["rule"]]
    about = [
        one
        for one in data["request"]["decisions"]
        if one["about"] in {"metformin", "contrast.metformin"}
    ]
    latest = max(about, key=lambda one: dt.datetime.fromisoformat(one["at"]), default=None)
    decided = "" if latest is None else str(latest["decided"]).lower()
    nothing = findings and all(f["status"] == "met" and f["severity"] == "info" for f in findings)
    still_open = any(f["status"] != "met" and f["severity"] != "info" for f in findings)
    if (decided == "continue" and not still_open) or nothing:
        return MedicineLine(drug)
    backs = [row["when"] for row in data["timetable"] if "metformin" in row["rule"]]
    if backs and not still_open:
        return MedicineLine(drug, None, _when(max(backs)), dye=True)
    return MedicineLine(drug, ask=True)


def _fasting(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """When the last drink and the last meals are due: (sentence's key, when)."""
    return tuple(
        (_FASTS[end], _when(row["when"]))
        for row in data["timetable"]
        if (end := row["rule"].rpartition(".")[2]) in _FASTS
    )


def _when(told: str) -> str:
    at = dt.datetime.fromisoformat(told)
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M}"
