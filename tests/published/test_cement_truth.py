"""Every row of docs/reference/cement-truth.md is what the code gives today."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests import vertebra_cement_truth, vertebra_setting_truth
from tests.truth_table import read_lines

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cement-truth.md"


@pytest.mark.slow
def test_every_row_of_the_page_is_what_comes_out() -> None:
    assert read_lines(PAGE) == [str(row) for row in vertebra_cement_truth.rows()], (
        "say: python -m tests.vertebra_cement_truth docs/reference/cement-truth.md"
    )


def test_rows_of_cement_alone_are_what_comes_out() -> None:
    lines = read_lines(PAGE)
    for row in (
        *vertebra_cement_truth.cement_rows(), *vertebra_setting_truth.setting_rows(),
        *vertebra_cement_truth.other_rows(),
    ):  # fmt: skip
        assert str(row) in lines
