"""Neighbours: the label of one part does not stand for its fellows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from seldinger.plan import neighbours


def _with(*sources: str) -> Any:
    ribs = SimpleNamespace(name="ribs", sources=sources)
    return SimpleNamespace(structures=(ribs,), names=("ribs",))


def test_a_rib_missing_between_labelled_ones_is_named() -> None:
    both = [f"rib_{side}_{n}" for side in ("left", "right") for n in (7, 8, 9)]
    assert neighbours.find_left_out(_with(*both)) == ()
    both.remove("rib_right_8")
    assert neighbours.find_left_out(_with(*both)) == ("right rib 8",)
    assert "right rib 8" in neighbours.list_answerable()


def test_a_rib_that_only_the_other_side_shows_is_named() -> None:
    found = neighbours.find_left_out(_with("rib_left_11", "rib_left_12", "rib_right_11"))
    assert found == ("right rib 12",)


def test_ribs_in_one_label_are_taken_as_whole() -> None:
    assert neighbours.find_left_out(_with("ribs")) == ()


def _part(name: str, *sources: str) -> Any:
    return SimpleNamespace(structures=(SimpleNamespace(name=name, sources=sources),), names=(name,))


def test_a_vertebra_missing_between_labelled_ones_is_named() -> None:
    levels = ("vertebrae_T11", "vertebrae_T12", "vertebrae_L2", "vertebrae_S1")
    found = neighbours.find_left_out(_part("vertebrae", *levels))
    assert found == ("vertebra l1", "vertebra l3", "vertebra l4", "vertebra l5")
    assert set(found) <= neighbours.list_answerable()
    assert neighbours.find_left_out(_part("vertebrae", "vertebrae", "intervertebral_discs")) == ()


def test_a_lobe_below_a_labelled_one_is_named_and_one_above_it_is_out_of_the_scan() -> None:
    wanted = {"left lung", "right lung"}
    upper = _part("right lung", "lung_upper_lobe_right")
    named = ("right lung lower lobe", "right lung middle lobe")
    assert neighbours.find_left_out(upper, wanted) == named
    assert neighbours.find_left_out(_part("right lung", "lung_lower_lobe_right"), wanted) == ()
    assert neighbours.find_left_out(_part("left lung", "lung_left"), wanted) == ()
    assert neighbours.find_left_out(upper) == (), "only what is asked for"


def test_one_hip_does_not_stand_for_two() -> None:
    declared: Any = SimpleNamespace(required_structures={})
    one, two = _part("pelvis", "hip_left"), _part("pelvis", "hip_left", "hip_right")
    for organ in (None, "prostate"):
        assert "right hip" in neighbours.find_unlabelled(declared, one, organ)
        assert "left hip" not in neighbours.find_unlabelled(declared, one, organ)
        assert not any("hip" in name for name in neighbours.find_unlabelled(declared, two, organ))
    assert "right hip" not in neighbours.find_unlabelled(declared, one, "liver"), (
        "far from the liver"
    )
    whole = _part("pelvis", "pelvis")
    assert not any("hip" in name for name in neighbours.find_unlabelled(declared, whole, None))
    assert {"left hip", "right hip"} <= neighbours.list_answerable()
