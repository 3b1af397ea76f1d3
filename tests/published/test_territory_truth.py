"""Every row of docs/reference/territory-truth.md is what the code gives today."""

from __future__ import annotations

from pathlib import Path

from tests import territory_truth
from tests.truth_table import read_lines

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "territory-truth.md"


def test_every_row_of_the_page_is_what_comes_out() -> None:
    made = [str(row) for row in territory_truth.rows()]
    told = "say: python -m tests.territory_truth docs/reference/territory-truth.md"
    assert read_lines(PAGE) == made, told


def test_territories_of_a_whole_crown_hold_and_fewer_arteries_tell_less() -> None:
    whole = territory_truth.agree(0.0)
    for order, got in whole.items():
        if order <= territory_truth.MIDDLE:
            assert got.sensitivity >= 0.93
            assert got.precision >= 0.95
        assert min(got.sensitivity, got.precision) >= 0.86
    for fewer, more in ((9.0, 0.8), (0.8, 0.5), (0.5, 0.0)):
        for order in (2, 3, 4):
            a, b = (territory_truth.agree(mm)[order].dice for mm in (fewer, more))
            assert a <= b + 0.02


def test_the_truth_lies_between_sure_and_possible_for_most_arteries() -> None:
    for least_mm in territory_truth.DOUBTED.values():
        held, tried = territory_truth.doubt(least_mm)
        assert held / tried >= 0.8
