"""The veins of the built-in vascular patient: exact sections, flow to the heart, old bytes kept."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from scipy.integrate import quad

from seldinger import evidence
from seldinger.core.space import Grid
from seldinger.demo import vascular_patient
from seldinger.demo.render import find_inside
from seldinger.demo.vascular.venous import CAVA, HEART, grow_veins

VEINS = grow_veins()


def test_blood_of_every_vein_comes_to_the_heart() -> None:
    tree = VEINS.tree
    assert len(tree.parts) == 1
    inlets = {e.end for e in tree.edges if e.name in {HEART, "superior vena cava"}}
    leaving = {e.start: e for e in tree.edges}
    for edge in tree.edges:
        at, steps = edge.end, 0
        while at not in inlets:
            at = leaving[at].end
            steps += 1
            assert steps < 20, edge.name


def test_perimeter_and_area_are_those_of_the_ellipse() -> None:
    cava = VEINS.cava
    for n in (0, 100, 250, 400):
        a, b = float(cava.major_mm[n]), float(cava.minor_mm[n])
        around, _ = quad(lambda t, a=a, b=b: np.hypot(a * np.sin(t), b * np.cos(t)), 0, 2 * np.pi)
        assert cava.perimeter_mm()[n] == pytest.approx(around, rel=1e-9)
        assert cava.area_mm2()[n] == pytest.approx(np.pi * a * b)
        assert 2 * b <= cava.projected_width_mm()[n] <= 2 * a


def test_the_painted_volume_is_that_of_its_sections() -> None:
    cava = VEINS.cava
    low, high = cava.bounds
    voxel = 0.8
    shape = np.ceil((np.subtract(high, low) + 4.0) / voxel).astype(int)
    grid = Grid.aligned(shape.tolist(), voxel, np.subtract(low, 2.0).tolist())
    mask = np.zeros(grid.shape, dtype=bool)
    for box, inside in find_inside(cava, grid):
        mask[box] |= inside
    exact = float(np.trapezoid(cava.area_mm2(), cava.curve.along_mm))
    assert mask.sum() * voxel**3 == pytest.approx(exact, rel=0.01)


def test_the_cava_is_as_wide_as_published_ones() -> None:
    section = VEINS.section(70.0)
    for name, key in (("perimeter_diameter", "perimeter"), ("projected_width", "projected")):
        fact = evidence.fact(f"caval_filter.cava.{key}")
        assert fact.value is not None
        assert fact.sd is not None
        assert abs(section[name] - fact.value) < 0.5 * fact.sd
    assert section["projected_width"] > section["perimeter_diameter"] > section["area_diameter"]


def test_without_veins_the_patient_is_what_he_was() -> None:
    plain = vascular_patient(voxel_mm=4.0)
    assert plain.veins is None
    (layer,) = plain.study.labels.layers if plain.study.labels else ()
    digest = hashlib.sha256(layer.data).hexdigest()
    assert digest.startswith(OLD), digest
    veined = vascular_patient(voxel_mm=4.0, veins=True)
    assert veined.study.labels is not None
    assert CAVA.replace(" ", "_") in veined.study.labels.names


OLD = "c7233a95041e588ba5b1a3588b52635d6eeec3d300c38b8d536002b80ce22b87"
"""SHA-256 of his labels before he had veins."""
