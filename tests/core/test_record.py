"""Assumptions are data: a page for each package that has some."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from tests.offenders import offenders

import seldinger
from seldinger.core.record import Assumption, read_assumptions

SOURCE = Path(seldinger.__file__).parent
PAGES = tuple(
    ".".join(page.parent.relative_to(SOURCE.parent).parts)
    for page in sorted(SOURCE.rglob("assumptions.toml"))
)
GROUPED = {"seldinger.anatomy.vessels", "seldinger.care.data"}


def check(package: str) -> None:
    text = (SOURCE.parent / package.replace(".", "/") / "assumptions.toml").read_text("utf-8")
    for group in tomllib.loads(text) if package in GROUPED else (None,):
        known = read_assumptions(package, group)
        assert known
        assert all(one.name == name and one.reason for name, one in known.items())


def test_every_page_holds_named_assumptions_with_a_reason() -> None:
    assert not offenders(PAGES, check)


def test_a_value_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="lies outside"):
        Assumption("x_mm", 9.0, "mm", 0.0, 5.0, "too much")
