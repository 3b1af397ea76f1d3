"""Numbers carry UCUM units; the units in use are UCUM; a spread is in order."""

from __future__ import annotations

from typing import get_args

import pytest

from seldinger.catalogue.tissues import UNITS
from seldinger.core import Assumption, Quantity, Spread
from seldinger.evidence.model import Unit


@pytest.mark.parametrize("unit", [*get_args(Unit), *UNITS.values(), "kPa", "1/s", "GBq"])
def test_units_in_use_are_ucum(unit: str) -> None:
    assert Quantity("anything", 1.0, unit).unit == unit


@pytest.mark.parametrize(
    "unit", ["", " mm", "mmHg", "ml per min", "mm/", "HU", "°C", "µm", "{two words}", "(mm", "xm"]
)
def test_what_is_not_ucum_is_refused(unit: str) -> None:
    with pytest.raises(ValueError, match=r"width: unit .* is not UCUM; allowed are .* write it"):
        Quantity("width", 1.0, unit)
    with pytest.raises(ValueError, match="assumption width: unit"):
        Assumption("width", 1.0, unit, 0.0, 2.0, "a test")


@pytest.mark.parametrize(("name", "value"), [("", 1.0), ("width", float("nan"))])
def test_a_quantity_has_a_name_and_a_value(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=r"give it one|is finite"):
        Quantity(name, value, "mm")


def test_a_spread_rises() -> None:
    assert Spread(9.0, 1.0, 2.0, 3.0).nominal == 9.0
    with pytest.raises(ValueError, match=r"rise, got 2\.0, 1\.0, 3\.0"):
        Spread(1.0, 2.0, 1.0, 3.0)
    with pytest.raises(ValueError, match="finite figures"):
        Spread(1.0, 1.0, 2.0, float("inf"))
