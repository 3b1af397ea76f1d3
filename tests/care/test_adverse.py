"""Scales of adverse events: a grade belongs to its scale, and is never made of another."""

from __future__ import annotations

import pytest

from seldinger import evidence
from seldinger.care import adverse
from seldinger.core.errors import CareError

GRADES = {
    "sir2017": ["mild", "moderate", "severe", "life-threatening", "death"],
    "cirse2017": ["1", "2", "3", "4", "5", "6"],
}


def test_the_scales_and_their_grades_in_order() -> None:
    found = {one.key: [grade.key for grade in one.grades] for one in adverse.scales()}
    assert found == GRADES


@pytest.mark.parametrize("key", GRADES)
def test_a_scale_from_memory_carries_the_stamp(key: str) -> None:
    one = adverse.scale(key)
    assert one.facts
    assert (
        one.stamp == evidence.stamp_of(one.facts) == "to be confirmed: from memory, drives nothing"
    )


def test_words_that_nobody_read_are_not_written() -> None:
    assert {one.text for one in adverse.scale("cirse2017").grades} == {None}
    assert all(one.text for one in adverse.scale("sir2017").grades)


@pytest.mark.parametrize(
    ("scale", "told"),
    [(s, g) for s in GRADES for other, gs in GRADES.items() if other != s for g in gs],
)
def test_a_grade_of_the_other_scale_is_refused(scale: str, told: str) -> None:
    with pytest.raises(CareError, match="has no grade"):
        adverse.grade(scale, told)


@pytest.mark.parametrize("letter", "ABCDEFabcdef")
def test_the_old_letters_are_not_converted(letter: str) -> None:
    for scale in GRADES:
        with pytest.raises(CareError, match="not converted, grade anew"):
            adverse.grade(scale, letter)


def test_grades_are_found_whatever_their_case() -> None:
    assert adverse.grade("sir2017", " Severe ").key == "severe"
    with pytest.raises(CareError, match=r"allowed: sir2017, cirse2017"):
        adverse.scale("sir2012")
