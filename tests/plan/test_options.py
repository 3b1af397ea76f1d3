"""Options: one declaration is read from words, spelled as words, and kept in a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Gt

from seldinger.core.errors import CaseError
from seldinger.core.space import Vector  # noqa: TC001  options are read by it
from seldinger.evidence import records
from seldinger.evidence.records import describe
from seldinger.plan.options import Option, list_options, map_names, record_options


@dataclass(frozen=True)
class Shot:
    """One shot."""

    number: int = field(metadata=describe("which", metavar="N"))
    at_lps_mm: Vector | None = field(default=None, metadata=describe("where", flag="at"))
    dose_ml: float | None = field(
        default=None, metadata=describe("how much", flag="dose", metavar="ML")
    )


@dataclass(frozen=True)
class Inject:
    """Injection: by hand."""

    volume_ml: Annotated[float, Gt(0)] | None = field(default=None, metadata=describe("how much"))
    slow: bool = field(default=False, metadata=describe("slowly"))
    through: Literal["needle", "catheter"] = field(
        default="needle", metadata=describe("through what")
    )
    rest_lps_mm: Vector | None = field(default=None, metadata=describe("where it rests"))
    shot: tuple[Shot, ...] = field(default=(), metadata=describe("one shot"))
    drugs: Mapping[str, float] = field(default_factory=dict, metadata=describe("what else"))
    notes: Path | None = field(default=None, metadata=describe("a file of notes"))
    out: int = field(default=0, metadata=describe("how many come out"))


@dataclass(frozen=True)
class Case:
    """A case: what is to be done."""

    inject: Inject | None = field(default=None, metadata={"flag": "--volume-ml"})
    assume: Mapping[str, float] = field(default_factory=dict, metadata=describe("a number"))


OPTIONS: Mapping[str, Option] = {one.flag: one for one in list_options(Case)}
WORDS: Mapping[str, Any] = {
    "--volume-ml": 2.5,
    "--slow": True,
    "--through": "catheter",
    "--rest-lps": "1,2,3.5",
    "--shot": ["1 at=1,2,3 dose=0.5", "2 dose=1"],
    "--drugs": ["saline=3"],
    "--notes": "/some/where/notes.txt",
    "--inject-out": 2,
    "--assume": ["margin_mm=5"],
}


def read(words: Mapping[str, Any] = WORDS) -> Case:
    data: dict[str, Any] = {"inject": {}}
    for flag, said in words.items():
        option = OPTIONS[flag]
        table = data["inject"] if len(option.place) > 1 else data
        table[str(option.place[-1])] = option.read(said)
    return records.checked(Case, data, "words", CaseError, map_names(Case))


def test_a_field_is_an_option() -> None:
    assert list(OPTIONS) == list(WORDS), "a flag that the command has is called by its section too"
    assert OPTIONS["--volume-ml"].help == "How much."
    assert OPTIONS["--volume-ml"].group == "Injection"
    assert OPTIONS["--assume"].group == "A case"
    assert OPTIONS["--through"].metavar == "needle|catheter"
    assert OPTIONS["--rest-lps"].metavar == "X,Y,Z"
    assert OPTIONS["--shot"].metavar == "'N at=X,Y,Z dose=ML'"
    assert OPTIONS["--drugs"].metavar == "NAME=VALUE"
    assert map_names(Case)["inject",] == "--volume-ml"


def test_words_become_a_case_and_a_case_its_words() -> None:
    case = read()
    shots = (Shot(1, (1.0, 2.0, 3.0), 0.5), Shot(2, None, 1.0))
    notes = Path("/some/where/notes.txt")
    assert case.inject == Inject(
        2.5, True, "catheter", (1.0, 2.0, 3.5), shots, {"saline": 3.0}, notes, 2
    )
    assert [word for one in list_options(Case) for word in one.spell(case)] == [
        "--volume-ml", "2.5", "--slow", "--through", "catheter", "--rest-lps", "1,2,3.5",
        "--shot", "1 at=1,2,3 dose=0.5", "--shot", "2 dose=1", "--drugs", "saline=3.0",
        "--notes", "notes.txt", "--inject-out", "2", "--assume", "margin_mm=5.0",
    ]  # fmt: skip
    assert not [word for one in list_options(Case) for word in one.spell(Case())]


def test_a_plan_keeps_plain_values_and_no_path_of_this_machine() -> None:
    assert record_options(read().inject) == {
        "volume_ml": 2.5,
        "slow": True,
        "through": "catheter",
        "rest_lps_mm": "(1.0, 2.0, 3.5)",
        "shot": "1 at=1,2,3 dose=0.5; 2 dose=1",
        "drugs": "saline=3.0",
        "notes": "notes.txt",
        "out": 2,
    }
    bare = record_options(Inject())
    assert (bare["slow"], bare["out"]) == (False, 0)
    assert [bare[key] for key in ("volume_ml", "rest_lps_mm", "shot", "drugs", "notes")] == [
        None
    ] * 5


@pytest.mark.parametrize(
    ("flag", "words", "said"),
    [
        ("--volume-ml", -1.0, "--volume-ml is -1.0: input should be greater than 0"),
        ("--through", "nose", "--through is 'nose': input should be 'needle' or 'catheter'"),
        ("--rest-lps", "1,2", "--rest-lps is '1,2': give three numbers, X,Y,Z in LPS mm"),
        ("--rest-lps", "1,2,inf", "--rest-lps 3 is inf: input should be a finite number"),
        ("--shot", ["1"], "--shot is '1': give N and at least one of at=X,Y,Z dose=ML"),
        ("--shot", ["1 dosis=3"], "--shot is '1 dosis=3': give N and at least one of"),
        ("--shot", ["1 at=1,2"], "at is '1,2': give three numbers"),
        ("--shot", ["x dose=1"], "--shot 1 number is 'x': input should be a valid integer"),
        ("--shot", ["1 dose=much"], "--shot 1 dose_ml is 'much': input should be a valid number"),
        ("--drugs", ["saline"], "--drugs is 'saline': give NAME=VALUE"),
        ("--drugs", ["a=1", "a=2"], "--drugs names 'a' twice: give it once"),
        ("--assume", ["margin_mm=wide"], "--assume margin_mm is 'wide': input should be a valid"),
    ],
)
def test_a_mistake_is_told_by_the_word_that_was_typed(flag: str, words: Any, said: str) -> None:
    with pytest.raises(CaseError) as wrong:
        read({flag: words})
    assert said in str(wrong.value)
