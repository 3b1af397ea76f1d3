"""The built-in vascular patient: his tree, his truth, and what a tracer finds in his lumen."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.spatial import cKDTree

from seldinger import catalogue, evidence
from seldinger.anatomy import Settings
from seldinger.anatomy.vessels import (
    Centrelines,
    extract_centrelines,
    find_stenoses,
    measure_sections,
)
from seldinger.core.errors import AnatomyError, ImageError
from seldinger.core.shapes import Curve
from seldinger.core.space import Grid
from seldinger.demo import VascularPatient, VascularTruth, vascular_patient
from seldinger.demo.vascular.calibres import CALIBRES
from seldinger.demo.vascular.growth import grow
from seldinger.demo.vascular.lesions import FISTULA_LESION, LESIONS
from seldinger.demo.vascular.truth import collect_truth
from seldinger.demo.vascular.walls import label_of

if TYPE_CHECKING:
    from seldinger.core.tree import Tree
    from seldinger.demo.vascular.lesions import Lesion

ARRANGEMENTS: tuple[dict[str, bool], ...] = ({}, {"bovine_arch": True}, {"fistula": True})


@lru_cache(maxsize=4)
def truth(*, bovine_arch: bool = False, fistula: bool = False) -> VascularTruth:
    return collect_truth(grow(bovine_arch=bovine_arch, fistula=fistula))


@pytest.fixture(scope="module")
def belly() -> VascularPatient:
    return vascular_patient(voxel_mm=1.5)


def around(points: np.ndarray, voxel_mm: float, margin_mm: float = 10.0) -> Grid:
    low = points.min(axis=0) - margin_mm
    shape = np.ceil((points.max(axis=0) + margin_mm - low) / voxel_mm).astype(int)
    return Grid.aligned(shape.tolist(), voxel_mm, low.tolist())


def radius_of(curve: Curve) -> np.ndarray:
    assert curve.radius_mm is not None
    return curve.radius_mm


@pytest.mark.parametrize("which", ARRANGEMENTS)
def test_blood_from_the_aortic_root_reaches_every_vessel(which: dict[str, bool]) -> None:
    known = truth(**which)
    tree, root = known.tree, known.node("aortic root")
    assert len(tree.parts) == 1
    (first,) = [n for n, edge in enumerate(tree.edges) if edge.start == root]
    assert set(tree.below(first)) | {first} == set(range(len(tree.edges)))
    hands = len(tree.edges) - len(tree.nodes_lps_mm) + 1
    assert hands == 2, "a palmar arch closes a loop in each hand, and nothing else does"
    for start, end in ((e.start, e.end) for e in tree.edges):
        assert start != end
    assert all(edge.name for edge in tree.edges)
    assert [e.name for e in known.healthy.edges] == [e.name for e in tree.edges]


def test_he_has_the_vessels_that_catheters_go_through() -> None:
    names = set(truth().vessels)
    single = {
        "ascending aorta", "aortic arch", "brachiocephalic trunk", "descending thoracic aorta",
        "abdominal aorta", "coeliac trunk", "common hepatic artery", "proper hepatic artery",
        "splenic artery", "left gastric artery", "gastroduodenal artery",
        "superior mesenteric artery", "inferior mesenteric artery",
    }  # fmt: skip
    paired = (
        "common carotid", "internal carotid", "external carotid", "subclavian", "axillary",
        "brachial", "radial", "ulnar", "distal radial", "renal", "common iliac", "external iliac",
        "internal iliac", "common femoral", "superficial femoral", "deep femoral", "popliteal",
        "anterior tibial", "posterior tibial", "fibular", "dorsalis pedis",
    )  # fmt: skip
    assert single <= names
    assert {f"{side} {one} artery" for side in ("left", "right") for one in paired} <= names


def test_a_bovine_arch_and_a_fistula_change_what_they_say() -> None:
    def parent(known: VascularTruth, vessel: str) -> set[str]:
        start = known.tree.edges[known.edges(vessel)[0]].start
        return {edge.name for edge in known.tree.edges if edge.end == start}

    carotid = "left common carotid artery"
    assert parent(truth(), carotid) == {"aortic arch"}
    assert parent(truth(bovine_arch=True), carotid) == {"brachiocephalic trunk"}
    with pytest.raises(AnatomyError, match="no vessel is called"):
        truth().edges("left cephalic vein")
    joined = truth(fistula=True)
    assert parent(joined, "left cephalic vein") == {"left radial artery"}
    below = joined.tree.below(joined.edges("left cephalic vein")[0])
    assert [joined.tree.edges[n].name for n in below] == ["left subclavian vein"]
    same = [n for n in truth().vessels if "left" not in n]
    for vessel in same:
        for a, b in zip(truth().edges(vessel), joined.edges(vessel), strict=True):
            one, other = truth().tree.edges[a].curve, joined.tree.edges[b].curve
            assert np.array_equal(one.points_lps_mm, other.points_lps_mm), vessel


@pytest.mark.parametrize("which", ARRANGEMENTS)
def test_vessels_that_do_not_meet_keep_clear_of_each_other(which: dict[str, bool]) -> None:
    tree = truth(**which).tree
    points = np.vstack([edge.curve.points_lps_mm for edge in tree.edges])
    radius = np.concatenate([radius_of(edge.curve) for edge in tree.edges])
    owner = np.repeat(np.arange(len(tree.edges)), [len(radius_of(e.curve)) for e in tree.edges])
    ends = np.array([(edge.start, edge.end) for edge in tree.edges])
    meet = (ends[:, None, :, None] == ends[None, :, None, :]).any(axis=(2, 3))
    close = [n for n, e in enumerate(tree.edges) if e.name in {"abdominal aorta", "aortic arch"}]
    # Branches that leave the aorta one after the other are neighbours of its whole length.
    for n in close:
        meet[n] |= meet[close].any(axis=0)
        meet[:, n] |= meet[close].any(axis=0)
    pairs = cKDTree(points).query_pairs(2.0 * radius.max(), output_type="ndarray")
    one, other = owner[pairs].T
    pairs = pairs[~meet[one, other]]
    gap = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    gap -= radius[pairs].sum(axis=1)
    worst = pairs[gap.argmin()]
    assert gap.min() > 1.0, [tree.edges[n].name for n in owner[worst]]


@pytest.mark.parametrize("vessel", [name for name, wide in CALIBRES.items() if wide.fact])
def test_a_diameter_with_a_fact_is_that_of_the_fact(vessel: str) -> None:
    wide = CALIBRES[vessel]
    assert wide.fact is not None
    fact = evidence.fact(wide.fact)
    assert fact.value is not None
    if wide.distal_fact is not None:
        assert wide.proximal_mm == pytest.approx(fact.value)
        assert wide.distal_mm == pytest.approx(evidence.fact(wide.distal_fact).value)
    elif fact.unit == "mm2":
        assert np.pi * wide.mean_mm**2 / 4.0 == pytest.approx(fact.value, rel=0.01)
    else:
        assert wide.mean_mm == pytest.approx(fact.value, abs=0.005)


def test_the_other_diameters_are_assumptions() -> None:
    assumed = {one.name.removeprefix("demo_diameter.") for one in truth().assumptions}
    assert assumed == {name for name, wide in CALIBRES.items() if wide.fact is None}
    for number, edge in enumerate(truth().healthy.edges):
        radius = radius_of(edge.curve)
        assert (np.diff(radius) <= 1e-12).all(), (number, edge.name)


@pytest.mark.parametrize("lesion", [*LESIONS, FISTULA_LESION], ids=lambda one: one.vessel)
def test_a_stenosis_is_as_tight_and_as_long_as_it_was_made(lesion: Lesion) -> None:
    known = truth(fistula=True)
    found = known.stenosis(lesion.vessel)
    assert found.percent_diameter == pytest.approx(lesion.percent, abs=0.01)
    assert found.percent_area == pytest.approx(
        100.0 * (1.0 - (1.0 - lesion.percent / 100.0) ** 2), abs=0.01
    )
    made = lesion.throat_mm + 2.0 * lesion.shoulder_mm
    assert made <= found.length_mm < made + 0.7, "it winds a little on the side of its plaque"
    curve, healthy = (t.edges[found.edge].curve for t in (known.tree, known.healthy))
    lost = radius_of(healthy) - radius_of(curve)
    within = (curve.along_mm >= found.from_mm) & (curve.along_mm <= found.to_mm)
    assert not lost[~within].any()
    aside = np.linalg.norm(curve.points_lps_mm - healthy.points_lps_mm, axis=1)
    assert aside == pytest.approx(lesion.eccentricity * lost, abs=1e-9)
    assert (aside <= lost + 1e-9).all(), "the lumen stays inside the healthy wall"
    segment = known.segment(lesion.vessel)
    assert (segment.vessel, segment.from_mm) == (lesion.vessel, found.from_mm)
    beyond = 2.0 * np.median(radius_of(curve)[curve.along_mm > found.to_mm])
    assert found.nascet_percent == pytest.approx(100.0 * (1.0 - found.minimum_diameter_mm / beyond))


def test_the_lumen_is_that_of_the_formulas() -> None:
    known = truth()
    number = known.stenosis("right common iliac artery").edge
    curve = known.tree.edges[number].curve
    grid = around(curve.points_lps_mm, 0.8)
    mask = known.lumen(grid, ["right common iliac artery"])
    fine = curve.resampled(0.05)
    index = np.random.default_rng(4).integers(0, grid.shape, (60_000, 3))
    away, nearest = cKDTree(fine.points_lps_mm).query(grid.to_lps(index))
    off: np.ndarray = away - radius_of(fine)[nearest]
    sure, inside = np.asarray(np.abs(off) > 0.02), np.asarray(off < 0.0)
    assert np.array_equal(mask[tuple(index.T)][sure], inside[sure])
    with pytest.raises(AnatomyError, match="no vessel is called 'right iliac artery'"):
        known.lumen(grid, ["right iliac artery"])


def count_branches(tree: Tree, grid: Grid) -> int:
    """Branches that a scan shows: cut at its faces, nodes where only a name changes left out."""
    pieces, ends = 0, np.zeros(len(tree.nodes_lps_mm), dtype=int)
    for edge in tree.edges:
        index = grid.to_index(edge.curve.points_lps_mm)
        within = (index >= 0.0) & (index <= np.array(grid.shape) - 1.0)
        seen = np.asarray(within.all(axis=1))
        pieces += int(np.diff(np.concatenate([[False], seen]).astype(int)).clip(0).sum())
        ends[edge.start] += bool(seen[0])
        ends[edge.end] += bool(seen[-1])
    return pieces - int((ends == 2).sum())


def compare(lines: Centrelines, tree: Tree, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Distance of every traced point to the true centrelines, and of true ones to the traced."""
    traced = np.vstack([edge.curve.points_lps_mm for edge in lines.tree.edges])
    points = np.vstack([edge.curve.points_lps_mm for edge in tree.edges])
    index = grid.to_index(points)
    seen = points[((index >= 1.0) & (index <= np.array(grid.shape) - 2.0)).all(axis=1)]
    return cKDTree(points).query(traced)[0], cKDTree(traced).query(seen)[0]


@pytest.mark.parametrize(
    ("which", "low", "high", "voxel_mm"),
    [
        ({}, (-100.0, -112.0, -190.0), (100.0, 62.0, 175.0), 1.0),
        ({"fistula": True}, (205.0, -40.0, -196.0), (300.0, 45.0, 170.0), 0.7),
        ({"bovine_arch": True}, (-75.0, -60.0, 300.0), (75.0, 60.0, 570.0), 1.0),
    ],
    ids=["abdomen and pelvis", "fistula", "bovine arch"],
)
def test_a_tracer_finds_the_branches_there_are(
    which: dict[str, bool],
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    voxel_mm: float,
) -> None:
    known = truth(**which)
    shape = np.ceil(np.subtract(high, low) / voxel_mm).astype(int)
    grid = Grid.aligned(shape.tolist(), voxel_mm, low)
    lines = extract_centrelines(known.lumen(grid), grid)
    assert lines.unreached == ()
    assert len(lines.tree.edges) == count_branches(known.tree, grid)
    off, missed = compare(lines, known.tree, grid)
    assert np.median(off) < 0.25 * voxel_mm, "where vessels meet, a centreline is a matter of taste"
    assert np.percentile(missed, 90) < 2.0 * voxel_mm


@pytest.mark.parametrize("lesion", [*LESIONS, FISTULA_LESION], ids=lambda one: one.vessel)
def test_a_measured_stenosis_is_the_true_one(lesion: Lesion) -> None:
    known = truth(fistula=True)
    true = known.stenosis(lesion.vessel)
    curve = known.tree.edges[true.edge].curve
    first, last = max(0.0, true.from_mm - 25.0), min(curve.length_mm, true.to_mm + 25.0)
    piece = (curve.along_mm >= first) & (curve.along_mm <= last)
    line = Curve(curve.points_lps_mm[piece], radius_of(curve)[piece])
    grid = around(line.points_lps_mm, 0.3)
    (found,) = find_stenoses(measure_sections(known.lumen(grid), grid, line))
    assert found.percent_diameter == pytest.approx(true.percent_diameter, abs=1.5)
    assert found.reference_diameter_mm == pytest.approx(true.reference_diameter_mm, rel=0.04)
    assert true.from_mm < found.at_mm + first < true.to_mm
    assert found.reference == "both shoulders"


@pytest.mark.parametrize("vessel", ["left renal artery", "right common iliac artery"])
def test_a_stenosis_is_graded_on_a_traced_centreline_too(vessel: str) -> None:
    true = truth().stenosis(vessel)
    curve = truth().tree.edges[true.edge].curve
    grid = around(curve.points_lps_mm, 0.5, 14.0)
    mask = truth().lumen(grid)
    traced = [edge.curve for edge in extract_centrelines(mask, grid).tree.edges]
    throat = curve.points_at(true.at_mm)
    own = min(traced, key=lambda one: np.linalg.norm(one.points_lps_mm - throat, axis=1).min())
    (found,) = find_stenoses(measure_sections(mask, grid, own))
    assert found.percent_diameter == pytest.approx(true.percent_diameter, abs=3.0)
    assert found.reference_diameter_mm == pytest.approx(true.reference_diameter_mm, abs=0.1)


PAGE = Path(__file__).parents[2] / "docs" / "reference" / "vascular-patient.md"


def rows_of(heading: str) -> list[list[str]]:
    """The rows of the table under a heading of the page."""
    (text,) = [p for p in PAGE.read_text(encoding="utf-8").split("\n## ") if p.startswith(heading)]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_the_page_tells_the_truth() -> None:
    known = truth(fistula=True)
    told = rows_of("His stenoses")
    assert [row[0] for row in told] == [one.vessel for one in known.stenoses]
    for row, one in zip(told, known.stenoses, strict=True):
        assert row[1:3] == [f"{one.from_mm:.1f}", f"{one.to_mm:.1f}"]
        assert row[3] == f"{one.minimum_diameter_mm:.2f}"
        assert row[4] == f"{one.reference_diameter_mm:.2f}"
        percents = (one.percent_diameter, one.percent_area, one.nascet_percent)
        assert row[5:] == [f"{percent:.1f}" for percent in percents]
    for name, diameter in rows_of("Where a sheath"):
        assert f"{known.access_site(name).diameter_mm:.2f}" == diameter
    text = PAGE.read_text(encoding="utf-8")
    for name in ("left brachial artery", "left radial artery", "left cephalic vein"):
        assert f"{known.access_site(name).diameter_mm:.2f} mm" in text.replace("\n", " ")


def test_access_sites_lie_in_their_vessels() -> None:
    sites = {one.name: one for one in truth(fistula=True).access_sites}
    for side in ("left", "right"):
        for vessel in ("common femoral", "radial", "distal radial", "brachial", "popliteal"):
            assert f"{side} {vessel} artery" in sites
        assert f"{side} dorsalis pedis artery" in sites
    assert sites["left cephalic vein"].diameter_mm > 6.0, "wide enough for a needle of dialysis"
    assert "left cephalic vein" not in {one.name for one in truth().access_sites}
    for site in sites.values():
        curve = truth(fistula=True).tree.edges[site.edge].curve
        assert np.allclose(curve.points_at(site.at_mm), site.point_lps_mm)
        assert 0.0 < site.at_mm < curve.length_mm
    known = truth(fistula=True).access_site("Right_radial artery")
    assert known.diameter_mm == pytest.approx(3.1, abs=0.05)
    with pytest.raises(AnatomyError, match="no access site is called"):
        truth().access_site("carotid")


def test_the_scan_shows_blood_wall_and_calcium(belly: VascularPatient) -> None:
    labels, image = belly.study.labels, belly.study.image
    assert labels is not None
    shown = np.zeros(image.grid.shape, dtype=bool)
    for name in {label_of(vessel) for vessel in belly.truth.vessels} & set(labels.names):
        shown |= labels.mask(name)
    assert np.array_equal(shown, belly.truth.lumen(image.grid))
    assert np.median(image.values[labels.mask("aorta")]) == pytest.approx(340.0, abs=10.0)
    stenosis = belly.truth.stenosis("right common iliac artery")
    (place,) = belly.truth.tree.edges[stenosis.edge].curve.points_at(np.array([stenosis.at_mm]))
    i, j, k = np.round(image.grid.to_index(place)).astype(int)
    assert image.values[i - 4 : i + 5, j - 4 : j + 8, k - 4 : k + 5].max() > 600
    plain = vascular_patient(voxel_mm=4.0, contrast=False).study.image.values
    bright = vascular_patient(voxel_mm=4.0).study.image.values
    assert not np.array_equal(plain, bright)
    coarse = vascular_patient(voxel_mm=4.0, contrast=False).study
    assert coarse.labels is not None
    assert np.median(coarse.image.values[coarse.labels.mask("aorta")]) < 60.0


def test_every_label_of_his_is_a_term_and_shows_its_vessel(belly: VascularPatient) -> None:
    labels, grid = belly.study.labels, belly.study.image.grid
    assert labels is not None
    assert catalogue.recognise(labels.names).unknown == ()
    known = {name for name in belly.truth.vessels if label_of(name) == name}
    assert {f"{side} common femoral artery" for side in ("left", "right")} <= known
    for vessel in known & set(labels.names):
        mask, whole = labels.mask(vessel), belly.truth.lumen(grid, [vessel])
        assert not (mask & ~whole).any()
        edge = belly.truth.tree.edges[belly.truth.edges(vessel)[0]]
        middle = grid.to_index(edge.curve.points_at(0.5 * edge.curve.length_mm))
        i, j, k = np.round(middle).astype(int)
        if all(0 <= n < size for n, size in zip((i, j, k), grid.shape, strict=True)):
            assert mask[i, j, k], vessel


def test_the_same_arguments_give_the_same_bytes() -> None:
    first, again, other = (
        vascular_patient("left forearm", 2.0, seed=seed, fistula=True) for seed in (1, 1, 2)
    )
    assert np.array_equal(first.study.image.values, again.study.image.values)
    assert first.study.label_inputs == again.study.label_inputs
    assert not np.array_equal(first.study.image.values, other.study.image.values)
    mirrored = vascular_patient("right forearm", 2.0, noise_hu=0.0).study.image
    left = vascular_patient("left forearm", 2.0, noise_hu=0.0).study.image
    assert np.mean(mirrored.values[::-1] == left.values) > 0.999


def test_his_anatomy_has_the_vessels_of_the_whole_man(belly: VascularPatient) -> None:
    built = belly.build_anatomy(Settings(voxel_mm=4.0))
    assert built.vessels is belly.truth.tree
    assert {"aorta", "right common iliac artery", "left renal artery", "left kidney"} <= {
        *built.names
    }
    (skin,) = np.nonzero(built.body.any(axis=(0, 2)))[:1]
    front = built.grid.to_lps([0.0, float(skin.min()), 0.0])[1]
    assert -118.0 < front < -98.0, "his skin is seen in front"


def test_what_cannot_be_scanned_is_refused() -> None:
    with pytest.raises(
        ImageError, match="region 'head' is not scanned; there are: 'arch and neck'"
    ):
        vascular_patient("head")
    with pytest.raises(ImageError, match=r"voxel_mm is 0\.1; allowed"):
        vascular_patient(voxel_mm=0.1)
    with pytest.raises(ImageError, match="take larger voxels"):
        vascular_patient(voxel_mm=0.35)
    with pytest.raises(ImageError, match="noise_hu is -1"):
        vascular_patient(voxel_mm=4.0, noise_hu=-1.0)
