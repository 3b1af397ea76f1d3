"""Feeders of the built-in tumours, and sets of them that hold a tumour and spare the rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seldinger import anatomy
from seldinger.anatomy import targets
from seldinger.anatomy.feeders import (
    ASIDE,
    Feeder,
    combine_feeders,
    join_territories,
    list_feeders,
)
from seldinger.anatomy.territory import Partition, partition_organ
from seldinger.core.errors import AnatomyError
from seldinger.demo.embolization import embolization_patient

if TYPE_CHECKING:
    from seldinger.demo.arterial import ArterialPatient


@dataclass(frozen=True)
class Liver:
    """The built-in liver, parted."""

    patient: ArterialPatient
    built: anatomy.Anatomy
    partition: Partition
    tumours: tuple[np.ndarray, ...]


@cache
def liver() -> Liver:
    patient = embolization_patient(4.0)
    built = patient.build_anatomy(anatomy.Settings(voxel_mm=4.0))
    tumours = tuple(targets.find(built, f"liver-tumour-{n}").mask for n in (1, 2))
    organ = built.get_structure("liver").mask | tumours[0] | tumours[1]
    partition = partition_organ(organ, built.grid, patient.vessels, ASIDE["liver"])
    return Liver(patient, built, partition, tumours)


@pytest.mark.parametrize(("number", "own"), [(0, ("segment 5", "segment 6")),
                                             (1, ("segment 7", "segment 8"))])  # fmt: skip
def test_the_two_feeders_of_a_tumour_are_found(number: int, own: tuple[str, str]) -> None:
    here, tumour = liver(), liver().tumours[number]
    feeders = list_feeders(here.partition, here.patient.vessels, tumour)
    shares = {one.name: one.target_share for one in feeders}
    for name, share in zip(own, (2.0 / 3.0, 1.0 / 3.0), strict=True):
        truly = here.patient.find_territory(f"{name} artery", tumour, here.built.grid)
        assert truly.sum() / tumour.sum() == pytest.approx(share, abs=0.07)
        assert shares[f"{name} artery"] == pytest.approx(truly.sum() / tumour.sum(), abs=0.08)
    assert shares["right hepatic artery"] == pytest.approx(1.0)
    assert [one.target_share for one in feeders] == sorted(
        (one.target_share for one in feeders), reverse=True
    )


def test_arteries_that_leave_a_feeder_for_other_organs_are_named() -> None:
    here = liver()
    by_name = {one.name: one for one in list_feeders(
        here.partition, here.patient.vessels, here.tumours[0]
    )}  # fmt: skip
    assert "gastroduodenal artery" in by_name["common hepatic artery"].leads_aside
    assert "gastroduodenal artery" not in by_name["proper hepatic artery"].leads_aside
    assert by_name["segment 5 artery"].leads_aside == ()


def test_a_set_of_feeders_holds_the_tumour_and_spares_what_one_artery_would_not() -> None:
    here, tree = liver(), liver().patient.vessels
    feeders = list_feeders(here.partition, tree, here.tumours[0])
    wide = [one for one in feeders if (one.diameter_mm or 0.0) >= 0.8]
    alone, *_ = combine_feeders(wide, tree, 0.95, 1, 0.0)
    best, *_ = combine_feeders(wide, tree, 0.95, 3, 0.0)
    assert alone.target_share >= 0.95
    assert best.target_share >= 0.95
    assert best.spill_ml < 0.5 * alone.spill_ml
    joined = join_territories(here.partition, tree, best)
    held = (joined & here.tumours[0]).sum() / here.tumours[0].sum()
    assert held == pytest.approx(best.target_share, abs=1e-6)
    spilt = (joined & ~here.tumours[0]).sum() * here.built.grid.voxel_ml
    assert spilt == pytest.approx(best.spill_ml, abs=0.5)
    dear, *_ = combine_feeders(wide, tree, 0.95, 3, 1e4)
    assert len(dear.feeders) == 1, "another place must be worth its while"


def test_nothing_is_combined_with_what_lies_below_it() -> None:
    here, tree = liver(), liver().patient.vessels
    feeders = list_feeders(here.partition, tree, here.tumours[0])
    for one in combine_feeders(feeders, tree, 0.5, 2, 0.0):
        edges = [f.edge for f in one.feeders]
        assert all(a not in tree.below(b) for a in edges for b in edges)


def test_a_set_that_holds_too_little_comes_last_and_the_fullest_first() -> None:
    tree = liver().patient.vessels
    few = [
        Feeder(100, "a", 1.0, 0.4, 0.1, 10.0, ()),
        Feeder(101, "b", 1.0, 0.2, 0.1, 1.0, ()),
    ]
    sets = combine_feeders(few, tree, 0.95, 1, 0.0)
    assert [one.feeders[0].name for one in sets] == ["a", "b"]


def test_a_target_outside_the_organ_is_refused() -> None:
    here = liver()
    far = np.zeros_like(here.partition.organ)
    far[0, 0, 0] = True
    with pytest.raises(AnatomyError, match="outside the organ"):
        list_feeders(here.partition, here.patient.vessels, far)
