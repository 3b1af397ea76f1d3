"""Limb: WIfI, the threat to a leg by wound, ischaemia and foot infection.

Its table is from memory: shown, to be confirmed, driving nothing. Grades are looked up, never
added.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import NO_UNIT, Choice, Quantity
from seldinger.care.scores.model import Answer, Form, ScoreInputs

if TYPE_CHECKING:
    from collections.abc import Mapping

WIFI_TABLE = (
    ("VVLM", "VVLH", "LLMH", "MMHH"),
    ("VLMH", "VLMH", "MMHH", "HHHH"),
    ("LLMH", "LMHH", "MHHH", "HHHH"),
    ("LMMH", "MMHH", "HHHH", "HHHH"),
)
"""By ischaemia, wound, foot infection: Very low, Low, Moderate, High."""

_WORDS = {"V": "very low", "L": "low", "M": "moderate", "H": "high"}
_GRADES = ("0", "1", "2", "3")
_MEASURES = ("toe_pressure", "tcpo2", "abi")


def _wifi(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
    grades = {
        key: _ischaemia(key, inputs, c) for key in (*_MEASURES, "ischaemia") if inputs.has(key)
    }
    if not grades:
        return Answer(
            missing=("toe_pressure",),
            notes=("tcpo2, abi or a grade of ischaemia will do instead",),
        )
    if len(set(grades.values())) > 1:
        said = ", ".join(f"{key} grade {grade}" for key, grade in grades.items())
        return Answer(notes=(f"{said}: they disagree, and which one counts was not read",))
    ischaemia = next(iter(grades.values()))
    wound, infection = inputs.word("wound"), inputs.word("infection")
    word = _WORDS[WIFI_TABLE[ischaemia][int(wound)][int(infection)]]
    return Answer(
        None,
        f"{word} risk of amputation within a year",
        (f"W {wound}, I {ischaemia}, fI {infection}: looked up, never added",),
    )


def _ischaemia(key: str, inputs: ScoreInputs, c: Mapping[str, float]) -> int:
    if key == "ischaemia":
        return int(inputs.word(key))
    kind = "abi" if key == "abi" else "pressure"
    return sum(inputs.number(key) < c[f"{kind}_{grade}_from"] for grade in range(3))


def _pressure(key: str, name: str) -> Quantity:
    factors = MappingProxyType({"mm[Hg]": 1.0, "mmHg": 1.0})
    return Quantity(key, name, "mm[Hg]", factors, 0.0, 250.0, optional=True, decimals=0)


WIFI = Form(
    name="wifi",
    title="WIfI",
    about="One-year threat of amputation in chronic ischaemia of a leg.",
    unit="1",
    inputs=(
        Choice("wound", "Wound grade", _GRADES),
        Choice("infection", "Foot infection grade", _GRADES),
        _pressure("toe_pressure", "Toe pressure"),
        _pressure("tcpo2", "Transcutaneous oxygen pressure"),
        Quantity(
            "abi", "Ankle-brachial index", NO_UNIT, MappingProxyType({NO_UNIT: 1.0}), 0.0, 2.0,
            optional=True, decimals=2,
        ),
        Choice("ischaemia", "Ischaemia grade", _GRADES, optional=True),
    ),
    prefix="scores.wifi",
    judge=_wifi,
    also=("scores.wifi.table",),
)  # fmt: skip
FORMS = (WIFI,)
