"""Neighbours: one rib's label does not stand for another rib."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from seldinger.plan import neighbours


def _with(*sources: str) -> Any:
    ribs = SimpleNamespace(name="ribs", sources=sources)
    return SimpleNamespace(structures=(ribs,), names=("ribs",))


def test_a_rib_missing_between_labelled_ones_is_named() -> None:
    both = [f"rib_{side}_{n}" for side in ("left", "right") for n in (7, 8, 9)]
    assert neighbours.left_out(_with(*both)) == ()
    both.remove("rib_right_8")
    assert neighbours.left_out(_with(*both)) == ("right rib 8",)
    assert "right rib 8" in neighbours.may_be_answered()


def test_a_rib_that_only_the_other_side_shows_is_named() -> None:
    found = neighbours.left_out(_with("rib_left_11", "rib_left_12", "rib_right_11"))
    assert found == ("right rib 12",)


def test_ribs_in_one_label_are_taken_as_whole() -> None:
    assert neighbours.left_out(_with("ribs")) == ()
