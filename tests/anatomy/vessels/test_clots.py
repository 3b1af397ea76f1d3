"""Clots on their veins: length, filling and place against the truth; outside a vein is refused."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seldinger import anatomy, demo
from seldinger.anatomy.vessels.clots import find_clot, list_clots, measure_stretch
from seldinger.anatomy.vessels.lesions import find_stretch
from seldinger.anatomy.vessels.veins import trace_veins
from seldinger.core.errors import AnatomyError
from seldinger.demo.vascular.venous import CLOT_SHARE

if TYPE_CHECKING:
    from seldinger.demo import VascularPatient


@lru_cache(maxsize=1)
def patient() -> VascularPatient:
    return demo.vascular_patient(voxel_mm=1.5, veins=True)


@lru_cache(maxsize=1)
def built() -> anatomy.Anatomy:
    return patient().build_anatomy(anatomy.Settings(voxel_mm=5.0))


def test_a_clot_is_as_long_and_fills_as_much_as_it_does() -> None:
    (name,) = list_clots(built())
    clot, truth = find_clot(built(), name), patient().veins
    assert truth is not None
    first, last = truth.clot_span_mm
    wide = 2.0 * 6.5
    assert clot.length_mm == pytest.approx(last - first, abs=wide), "its ends are round"
    assert clot.occluded == pytest.approx(CLOT_SHARE, abs=0.06)
    assert clot.veins == ("left external iliac vein", "left common iliac vein")
    assert clot.segment.organ == "leg"
    assert find_clot(built(), "clot").segment.label == name


def test_traced_from_labels_the_clot_lies_in_the_same_vein() -> None:
    traced = trace_veins(replace(built(), veins=None))
    clot = find_clot(traced, "venous clot 1")
    assert set(clot.veins) <= {"left iliac vein", "inferior vena cava"}
    assert clot.length_mm == pytest.approx(155.0, abs=20.0)
    assert clot.occluded == pytest.approx(CLOT_SHARE, abs=0.12)


def test_a_clot_outside_of_every_vein_is_refused() -> None:
    (name,) = list_clots(built())
    structure = built().get_structure(name)
    moved = replace(structure, mask=np.roll(structure.mask, 12, axis=0), sources=("elsewhere",))
    others = tuple(s for s in built().structures if s.name != name)
    astray = replace(built(), structures=(*others, moved))
    with pytest.raises(AnatomyError, match="lies outside of every traced vein"):
        find_clot(astray, name)
    with pytest.raises(AnatomyError, match="labelled clots: venous clot 1"):
        find_clot(built(), "left renal clots")
    with pytest.raises(AnatomyError, match="no clot is called"):
        find_clot(replace(built(), veins=None), name)
    with pytest.raises(AnatomyError, match="lies outside of every traced vein"):
        find_clot(built(), "left kidney")


def test_of_a_stretch_that_somebody_names_the_filling_is_unknown() -> None:
    veins = built().veins
    assert veins is not None
    clot = measure_stretch(find_stretch(veins, "left external iliac vein 10-60 mm"))
    assert clot.length_mm == 50.0
    assert clot.occluded is None
    assert clot.volume_ml is None
    assert clot.radius_mm == pytest.approx(5.5, abs=0.5)


def test_what_of_a_clot_lies_off_its_way_is_told() -> None:
    (name,) = list_clots(built())
    assert find_clot(built(), name).away_share < 0.05
    structure = built().get_structure(name)
    right = built().get_structure("right iliac vein").mask
    both = replace(structure, mask=structure.mask | right, sources=("elsewhere",))
    others = tuple(s for s in built().structures if s.name != name)
    clot = find_clot(replace(built(), structures=(*others, both)), name)
    assert 0.3 < clot.away_share < 0.7
    assert "lie elsewhere" in clot.notes[0]
    low, high = clot.widths_mm or (0.0, 0.0)
    assert 9.0 < low < high < 15.0
