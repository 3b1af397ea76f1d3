"""A record is declared once, and every mistake of a file is told, in one voice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

import pytest
from annotated_types import Gt, MinLen

from seldinger.core.errors import CareError, CatalogueError
from seldinger.evidence import records
from seldinger.evidence.records import Key, Named, Parsed, Text, written

if TYPE_CHECKING:
    from pathlib import Path


ORGANS = frozenset({"liver", "lung"})


def folded(told: str) -> frozenset[str]:
    if "?" in told:
        raise CareError("a question is no list")
    return frozenset(told.split())


@dataclass(frozen=True, slots=True)
class Dose:
    name: Key
    gy: Annotated[float, Gt(0)]
    range_gy: tuple[float, float] | float | None = None
    given: dt.date | None = None
    route: Literal["arterial", "venous"] = "arterial"
    organs: Annotated[frozenset[str], Parsed(folded)] = frozenset()

    def __post_init__(self) -> None:
        if self.gy > 1000.0:
            raise CareError(f"{self.gy:g} Gy is no dose")


@dataclass(frozen=True, slots=True)
class Course:
    title: Text
    doses: Annotated[Mapping[str, Dose], Named("name")] = field(metadata=written("dose"))
    class_: tuple[Dose, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    seen: Annotated[tuple[str, ...], MinLen(1)] | None = None


GOOD = """
title = "a course"
limits = {liver = 30}
[dose.first]
gy = 120
given = 2026-11-29
organs = "liver lung"
[[class]]
name = "low"
gy = 0.5
range_gy = [0.1, 1]
"""


def read(text: str) -> Course:
    return records.checked(
        Course, records.parsed(text, "course.toml", CareError), "course.toml", CareError
    )


def test_a_file_becomes_its_record() -> None:
    assert read(GOOD) == Course(
        "a course",
        {"first": Dose("first", 120.0, None, dt.date(2026, 11, 29), "arterial", ORGANS)},
        (Dose("low", 0.5, (0.1, 1.0)),),
        {"liver": 30.0},
    )  # fmt: skip


def test_what_was_read_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        read(GOOD).limits["liver"] = 40.0  # type: ignore[index]
    with pytest.raises(TypeError):
        read(GOOD).doses["second"] = read(GOOD).doses["first"]  # type: ignore[index]
    assert read(GOOD).class_[0].organs == frozenset()
    assert isinstance(read('title = "x"\ndose = {}').class_, tuple)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("gy = 120", "gy = -1", "[dose.first] gy is -1: input should be greater than 0"),
        ("gy = 120", 'gy = "120"', "[dose.first] gy is '120': input should be a valid number"),
        ("gy = 120", "gy = true", "[dose.first] gy is True: input should be a valid number"),
        ("gy = 120", "gy = nan", "[dose.first] gy is nan: input should be a finite number"),
        ("gy = 120", "gy = 1200", "[dose.first]: 1200 Gy is no dose"),
        (
            "gy = 120",
            "gyy = 120",
            "[dose.first] has no key 'gyy'; did you mean 'gy'? allowed: given, gy, organs, ",
        ),
        (
            "gy = 120",
            'gy = 1\nname = "first"',
            "[dose]: first has no key 'name': its table's name is that",
        ),
        ("[dose.first]", "[dose.First]", "[dose.First] is 'First': string should match"),
        (
            "organs =",
            'route = "oral"\norgans =',
            "[dose.first] route is 'oral': input should be 'arterial' or 'venous'",
        ),
        ('"liver lung"', '"liver?"', "[dose.first] organs: a question is no list"),
        ("2026-11-29", '"2026-11-29"', "[dose.first] given is '2026-11-29': input should"),
        ("range_gy = [0.1, 1]", "range_gy = [0.1]", "[[class]] 1 range_gy 2 is missing"),
        ("gy = 0.5\n", "", "[[class]] 1 gy is missing"),
        ("{liver = 30}", "3", "limits is 3: input should be a table"),
        ('title = "a course"', 'title = ""', "title is ''"),
        ('title = "a course"', "", "title is missing"),
        ("limits =", "limit =", "the file has no key 'limit'; did you mean 'limits'? allowed: "),
    ],
)  # fmt: skip
def test_a_mistake_names_place_value_and_what_is_allowed(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(CareError) as caught:
        read(GOOD.replace(old, new, 1))
    assert str(caught.value).startswith("course.toml: ")
    assert said in str(caught.value)


def test_every_mistake_is_told_at_once() -> None:
    wrong = GOOD.replace("gy = 120", "gy = 0").replace("gy = 0.5", "gy = 0")
    with pytest.raises(CareError) as caught:
        read(wrong.replace('title = "a course"', "titel = 3"))
    for place in ("[dose.first] gy is 0", "[[class]] 1 gy is 0", "title is missing", "'titel'"):
        assert place in str(caught.value)


def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path: Path) -> None:
    page = tmp_path / "course.toml"
    with pytest.raises(CatalogueError, match=r"course.toml: .*give the path of a TOML file"):
        records.read(Course, page, CatalogueError)
    page.write_bytes(b"\xff\xfe")
    with pytest.raises(CatalogueError, match="is not UTF-8 text"):
        records.read(Course, page, CatalogueError)
    page.write_text("title = ")
    with pytest.raises(CatalogueError, match="is not TOML"):
        records.read(Course, page, CatalogueError)
    page.write_bytes(b"#" * (records.LARGEST_BYTES + 1))
    with pytest.raises(CatalogueError, match="too large: give a file of at most 4 MB"):
        records.read(Course, page, CatalogueError)
    page.write_text(GOOD)
    assert records.read(Course, page, CatalogueError) == read(GOOD)
