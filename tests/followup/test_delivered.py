"""Dose after radioembolization: what is put in comes out, and what is not known is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest

from seldinger import anatomy as anatomies
from seldinger import demo
from seldinger.catalogue.microspheres import find_microspheres
from seldinger.catalogue.nuclides import decay_constants
from seldinger.core.errors import ImageError, LabelError, PlanError, SimulationError
from seldinger.core.space import Grid
from seldinger.core.volume import LabelEntry, LabelMap, Volume
from seldinger.followup.contours import find_contours
from seldinger.followup.delivered import DeliveredDose, assess
from seldinger.followup.delivered_activity import VerifyRequest
from seldinger.followup.forecast import compare_forecast
from seldinger.followup.planned import compare_plan
from seldinger.image.study import (
    DicomIdentity,
    Modality,
    PatientPosition,
    PositionOrigin,
    Role,
    Series,
    Study,
)
from seldinger.physics.activity import map_activity
from seldinger.plan import Settings, file, load_procedures, propose
from seldinger.report import delivered as reports
from seldinger.simulate.dose.model import Method, compute_dose, derive_density
from seldinger.simulate.dose.outline import Contour, outline_contour
from seldinger.simulate.dose.structures import read_mean_gy

if TYPE_CHECKING:
    from pathlib import Path

GRID = Grid.aligned([32, 32, 32], 4.0, (0.0, 0.0, 0.0))
FINE = Grid.aligned([64, 64, 64], 2.0, (-1.0, -1.0, -1.0))
ICRP = decay_constants("y90", "icrp107")
GIVEN = dt.datetime(2026, 11, 29, 9, 0, tzinfo=dt.UTC)


def _series(image: Volume) -> Series:
    return Series(image, Modality.PET, PatientPosition.SUPINE, PositionOrigin.USER)


def _labels(**masks: np.ndarray) -> LabelMap:
    layers = tuple(mask.astype(np.uint8) for mask in masks.values())
    entries = tuple(LabelEntry(name, 1, n) for n, name in enumerate(masks))
    return LabelMap(layers, entries, FINE)


def _ball(grid: Grid, radius_mm: float, middle_mm: float = 62.0) -> np.ndarray:
    at = grid.to_lps(np.argwhere(np.ones(grid.shape, bool)).astype(float)) - middle_mm
    inside: np.ndarray = ((at**2).sum(axis=1) <= radius_mm**2).reshape(grid.shape)
    return inside


def _even(level: float = 1e6, unit: str = "Bq/mL") -> Study:
    values = np.where(_ball(GRID, 50.0), level, 0.0)
    return Study((_series(Volume(values, GRID, unit)),))


LABELS = _labels(liver=_ball(FINE, 40.0), tumour_1=_ball(FINE, 12.0))
ASKED = VerifyRequest(administered_at=GIVEN, imaged_at=GIVEN, lung_shunt=0.05)


@pytest.fixture(scope="module")
def even() -> DeliveredDose:
    return assess(_even(), LABELS, ASKED)


def test_an_even_activity_gives_the_dose_constant(even: DeliveredDose) -> None:
    """1 MBq in each mL of 1.05 g gives k / 1050 Gy."""
    expected = ICRP.gy_kg_per_gbq * 1e-3 / 1.05e-3
    for one in even.structures:
        assert one.mean_gy.nominal == pytest.approx(expected, rel=1e-6)
        assert one.d95_gy.nominal == pytest.approx(expected, rel=1e-6)
        assert one.mean_gy.p05 < expected < one.mean_gy.p95
    assert even.status == "measured"
    assert even.computed.emitted_j == pytest.approx(even.computed.absorbed_j, rel=1e-12)


def test_bed_is_that_of_every_voxel(even: DeliveredDose) -> None:
    dose = even.structures[0].mean_gy.nominal
    bed = even.structures[0].bed_gy
    assert bed is not None
    assert bed.nominal == pytest.approx(dose * (1.0 + dose * 1.5 / ((1.5 + 64.1) * 10.0)), rel=1e-3)


def test_lungs_get_their_share_of_what_was_given(even: DeliveredDose) -> None:
    assert even.liver_mbq is not None
    given = even.liver_mbq / 1000.0 / 0.95
    assert even.lung_gy == pytest.approx(ICRP.gy_kg_per_gbq * given * 0.05 / 1.0, rel=1e-9)
    assert assess(_even(), LABELS, replace(ASKED, lung_shunt=None)).lung_gy is None


def test_decay_between_administration_and_image_is_made_good(even: DeliveredDose) -> None:
    late = assess(_even(), LABELS, replace(ASKED, imaged_at=GIVEN + dt.timedelta(hours=18.5)))
    ratio = late.structures[0].mean_gy.nominal / even.structures[0].mean_gy.nominal
    assert ratio == pytest.approx(2.0 ** (18.5 / 64.1), rel=1e-6)


def test_what_is_not_told_makes_it_provisional() -> None:
    unit = assess(_even(unit="1"), LABELS, ASKED)
    time = assess(_even(), LABELS, VerifyRequest())
    assert unit.status == time.status == "provisional"
    assert "tells no unit" in unit.provisional[0]
    assert "every hour between adds 1.1 %" in time.provisional[0]


def test_a_known_activity_is_shared_out_whatever_the_unit() -> None:
    asked = replace(ASKED, given_mbq=500.0)
    counts, becquerels = (assess(_even(3.7, unit), LABELS, asked) for unit in ("counts", "Bq/mL"))
    assert counts.way == "relative"
    assert counts.liver_mbq == pytest.approx(500.0 * 0.95, rel=1e-9)
    assert counts.structures[0].mean_gy == becquerels.structures[0].mean_gy


def test_a_kernel_never_gives_a_tumour_more_than_its_activity_can() -> None:
    values = np.where(_ball(GRID, 13.0), 5e6, 1e5)
    study = Study((_series(Volume(values, GRID, "Bq/mL")),))
    local, kernel = (
        assess(study, LABELS, replace(ASKED, method=method)).structures[0].mean_gy.nominal
        for method in (Method.LOCAL, Method.KERNEL)
    )
    assert kernel <= 1.02 * local
    assert kernel < 0.98 * local


def test_a_finer_contour_keeps_its_volume(even: DeliveredDose) -> None:
    assert even.structures[0].volume_ml == pytest.approx(_ball(FINE, 12.0).sum() * 0.008)


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (_labels(liver=_ball(FINE, 40.0) & False), "no label has a voxel"),
        (_labels(liver=_ball(FINE, 40.0), Liver=_ball(FINE, 30.0)), "several labels"),
    ],
)
def test_labels_that_say_nothing_are_refused(labels: LabelMap, told: str) -> None:
    with pytest.raises(LabelError, match=told):
        find_contours(labels)


def test_overlaps_and_outsides_are_told() -> None:
    found = find_contours(
        _labels(
            liver=_ball(FINE, 30.0),
            tumour_1=_ball(FINE, 12.0),
            tumour_2=_ball(FINE, 12.0, 70.0),
            lesion_3=_ball(FINE, 12.0, 86.0),
        )
    )
    assert [one.name for one in found.tumours] == ["tumour_1", "tumour_2", "lesion_3"]
    text = " ".join(found.notes)
    assert "tumour_1 and tumour_2 share" in text
    assert "leaves out lesion_3" in text


def test_a_contour_beyond_the_image_is_refused() -> None:
    away = LabelMap(LABELS.layers, LABELS.entries, Grid.aligned([64] * 3, 2.0, (60.0, 0.0, 0.0)))
    with pytest.raises(SimulationError, match="outside the image"):
        assess(_even(), away, ASKED)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("GTV1", "tumour"), ("Läsion 1", "tumour"), ("Neoplasm, Primary", "tumour"),
        ("Met 2", "tumour"), ("Tumor 3", "tumour"), ("HCC_1", "tumour"),
        ("liver without tumours", "normal"), ("Healthy liver (tumor-free)", "normal"),
        ("Liver minus tumour", "normal"), ("Lesion-free liver", "normal"),
        ("Tumor bed", "other"), ("necrosis in tumour", "other"), ("Stomach", "other"),
    ],
)  # fmt: skip
def test_names_mean_what_they_say(name: str, kind: str) -> None:
    found = find_contours(_labels(**{"liver": _ball(FINE, 40.0), name: _ball(FINE, 8.0)}))
    normal = found.normal is not None and found.normal.name == name
    told = "tumour" if found.tumours else "normal" if normal else "other"
    assert told == kind
    if kind == "other":
        assert any(name in text for text in found.doubts)


def test_the_name_that_the_user_gives_the_liver_holds() -> None:
    labels = _labels(**{"Leber mit Tumoren": _ball(FINE, 40.0), "Herd 1": _ball(FINE, 8.0)})
    found = find_contours(labels, (), "Leber mit Tumoren")
    assert found.liver is not None
    assert [one.name for one in found.tumours] == ["Herd 1"]


def test_a_liver_that_leaves_its_tumours_out_gets_them_back() -> None:
    tumour = _ball(FINE, 12.0)
    whole, part = (
        assess(_even(), _labels(liver=liver, tumour_1=tumour), ASKED)
        for liver in (_ball(FINE, 40.0), _ball(FINE, 40.0) & ~tumour)
    )
    assert part.liver_mbq == whole.liver_mbq
    assert "leaves out tumour_1" in " ".join(part.notes)
    both = [one.contours.liver for one in (whole, part)]
    assert both[0] is not None
    assert both[1] is not None
    assert (both[0].mask == both[1].mask).all()


def test_instants_in_the_wrong_order_are_refused() -> None:
    for shift in (dt.timedelta(hours=-10), dt.timedelta(days=365)):
        with pytest.raises(SimulationError, match=r"after the image|half-lives"):
            assess(_even(), LABELS, replace(ASKED, imaged_at=GIVEN + shift))


@pytest.mark.parametrize("shunt", [5.0, -0.1, 1.0, float("nan")])
def test_a_shunt_that_is_no_share_is_refused(shunt: float) -> None:
    with pytest.raises(PlanError, match="lung shunt"):
        assess(_even(), LABELS, replace(ASKED, lung_shunt=shunt))


def test_an_image_that_cannot_be_this_treatment_is_doubted() -> None:
    with pytest.raises(SimulationError, match="no activity"):
        assess(_even(0.0), LABELS, ASKED)
    assert "more than any treatment" in " ".join(assess(_even(1e8), LABELS, ASKED).provisional)
    away = np.where(_ball(GRID, 20.0, 100.0), 1e6, 0.0)
    study = Study((_series(Volume(away, GRID, "Bq/mL")),))
    assert "may not belong together" in " ".join(assess(study, LABELS, ASKED).provisional)
    mr = replace(_even().planning, modality=Modality.MR)
    with pytest.raises(SimulationError, match="PET or SPECT"):
        assess(Study((mr,)), LABELS, replace(ASKED, given_mbq=500.0))


def _with_ct(hu: np.ndarray, grid: Grid) -> Study:
    identity = DicomIdentity("1.2", "1.3", "1.4", ())
    ct = Series(
        Volume(hu, grid, "HU"), Modality.CT, PatientPosition.SUPINE, PositionOrigin.USER,
        role=Role.ANATOMICAL, identity=identity,
    )  # fmt: skip
    return Study((replace(_even().planning, identity=identity), ct))


def test_a_ct_that_does_not_show_the_liver_or_shows_lung_in_it_is_told(
    even: DeliveredDose,
) -> None:
    full = even.structures[-1].mean_gy.nominal
    half = Grid.aligned([32, 32, 16], 4.0, (0.0, 0.0, 0.0))
    cut = assess(_with_ct(np.full(half.shape, 60, np.int16), half), LABELS, ASKED)
    assert cut.structures[-1].mean_gy.nominal == pytest.approx(full, rel=0.01)
    assert "does not show" in " ".join(cut.provisional)
    hu = np.full(GRID.shape, 60, np.int16)
    hu[:, :, 18:] = -800
    lung = assess(_with_ct(hu, GRID), LABELS, ASKED)
    assert "as thin as lung" in " ".join(lung.provisional)


def test_the_band_holds_what_is_shown_and_recovery_stands_beside_it() -> None:
    values = np.where(_ball(GRID, 10.0), 5e6, 1e6)
    study = Study((_series(Volume(values, GRID, "Bq/mL")),))
    labels = _labels(liver=_ball(FINE, 40.0), tumour_1=_ball(FINE, 9.0), tumour_2=_ball(FINE, 2.0))
    for one in assess(study, labels, ASKED).structures:
        assert one.mean_gy.p05 <= one.mean_gy.nominal <= one.mean_gy.p95
        assert (one.recovery is not None) == one.is_tumour
    hot = assess(study, labels, ASKED).structures[0]
    cold = assess(Study((_series(Volume(6e6 - values, GRID, "Bq/mL")),)), labels, ASKED).structures[
        0
    ]
    assert hot.recovered_mean_gy is not None
    assert cold.recovered_mean_gy is not None
    assert hot.recovered_mean_gy > hot.mean_gy.nominal
    assert cold.recovered_mean_gy < cold.mean_gy.nominal
    spect = Study((replace(study.planning, modality=Modality.NM),))
    assert assess(spect, labels, replace(ASKED, given_mbq=500.0)).structures[0].recovery is None


def test_a_contour_moves_alike_along_thick_slices_and_beyond_its_lattice() -> None:
    thick = Grid.aligned([40, 40, 3], (1.0, 1.0, 6.0), (0.0, 0.0, 0.0))
    slab = np.zeros(thick.shape, bool)
    slab[15:25, 15:25, 1] = True
    _, points = outline_contour(Contour("slab", slab, thick, is_tumour=True), 3.0)
    reach = points.max(axis=0) - points.min(axis=0)
    assert reach[2] == pytest.approx(6.0 + 6.0, abs=1.1)
    assert reach[0] == pytest.approx(10.0 + 6.0, abs=1.1)
    corner = FINE.crop((0, 0, 0), (8, 8, 8))
    whole = Contour("tight", np.ones((8, 8, 8), bool), corner, is_tumour=True)
    depth, _ = outline_contour(whole, 3.0)
    assert (depth > 0.0).sum() > 0.5 * (depth <= 0.0).sum()


def test_names_that_are_not_there_and_a_relative_dose_without_a_liver_are_refused() -> None:
    with pytest.raises(LabelError, match="no label is called 'tumour 9'"):
        assess(_even(), LABELS, replace(ASKED, tumours=("tumour 9",)))
    alone = _labels(tumour_1=_ball(FINE, 12.0))
    with pytest.raises(PlanError, match="no label shows it"):
        assess(_even(), alone, replace(ASKED, given_mbq=500.0))
    ct = replace(_series(Volume(np.zeros(GRID.shape), GRID, "HU")), modality=Modality.CT)
    with pytest.raises(SimulationError, match="is CT"):
        assess(Study((ct,)), LABELS, ASKED)


@pytest.fixture(scope="module")
def patient() -> demo.UptakePatient:
    return demo.uptake_patient(4.0)


@pytest.fixture(scope="module")
def treated(patient: demo.UptakePatient) -> DeliveredDose:
    ct, _, pet = patient.study.series
    labels = patient.study.labels
    assert labels is not None
    kept = ("liver", "liver-tumour-1", "liver-tumour-2")
    wanted = tuple(one for one in labels.entries if one.name in kept)
    study = Study((replace(pet, role=ct.role), replace(ct, role=Role.ANATOMICAL)))
    return assess(study, LabelMap(labels.layers, wanted, labels.grid), ASKED)


def test_the_truth_of_the_built_in_patient_lies_above_what_is_shown(
    patient: demo.UptakePatient, treated: DeliveredDose
) -> None:
    activity = map_activity(patient.activity["Y-90"])
    density = np.full(activity.grid.shape, 1.05, dtype=np.float32)
    true = compute_dose(activity, density, ICRP, Method.LOCAL).dose_gy
    labels = patient.study.labels
    assert labels is not None
    for one in treated.structures:
        if one.is_tumour:
            contour = Contour(one.name, labels.mask(one.name), labels.grid, is_tumour=True)
            mean = read_mean_gy(contour, true, activity.grid)
            assert one.recovered_mean_gy is not None
            # Breath blurs more than the phantom, which lay still.
            assert one.mean_gy.nominal < mean < 1.15 * one.recovered_mean_gy


def test_maa_is_compared_on_the_same_activity(
    patient: demo.UptakePatient, treated: DeliveredDose
) -> None:
    found = compare_forecast(treated, patient.study.series[1])
    rows = {row.name: row for row in found.rows}
    assert rows["liver"].difference_gy == pytest.approx(0.0, abs=0.15 * rows["liver"].delivered_gy)
    assert rows["liver-tumour-2"].forecast_gy < rows["liver-tumour-2"].delivered_gy
    assert found.correlation > 0.7
    with pytest.raises(ImageError, match="frame"):
        compare_forecast(treated, replace(patient.study.series[1], identity=None))


def test_the_folder_holds_what_other_systems_read(tmp_path: Path, treated: DeliveredDose) -> None:
    for name in "ab":
        reports.write(tmp_path / name, treated)
    for name in ("delivered.json", "rtdose.dcm", "structures.dcm", "doses.dcm", "report.html"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    dose: Any = pydicom.dcmread(tmp_path / "a" / "rtdose.dcm")
    seg: Any = pydicom.dcmread(tmp_path / "a" / "structures.dcm")
    assert dose.FrameOfReferenceUID == seg.FrameOfReferenceUID == demo.uptake.FRAME_UID
    assert float(dose.DoseGridScaling) * dose.pixel_array.max() == pytest.approx(
        float(treated.dose.values.max()), rel=1e-6
    )
    assert "icrp107" in dose.ImageComments


def test_density_follows_the_ct_and_contrast_adds_no_mass() -> None:
    hu = Volume(np.array([-1000.0, -750.0, 60.0, 180.0]).reshape(4, 1, 1),
                Grid.aligned([4, 1, 1], 1.0, (0.0, 0.0, 0.0)), "HU")  # fmt: skip
    found = derive_density(hu, 1.05).ravel()
    assert found[0] == pytest.approx(0.0012)
    assert found[1] == pytest.approx(0.26, abs=0.01)
    assert found[2] == found[3] == pytest.approx(1.05)


def test_a_plan_stands_beside_what_was_delivered(treated: DeliveredDose) -> None:
    (case,) = load_procedures()["radioembolization"].demo
    settings = Settings(answers=case.answers, options=case.options)
    anatomy = demo.build_anatomy(anatomies.Settings(voxel_mm=4.0), "uptake")
    made = file.from_json(
        file.to_json(propose("radioembolization", anatomy, case.target, settings=settings))
    )
    found = compare_plan(treated, made)
    rows = {row.name: row for row in found.rows}
    assert {"liver-tumour-1", "liver-tumour-2"} <= set(rows)
    assert found.activity_gbq is not None
    for row in rows.values():
        planned = row.planned_gy if isinstance(row.planned_gy, float) else row.planned_gy.nominal
        assert 0.3 < row.delivered_gy.nominal / planned < 3.0
    (shunt,) = found.doubts
    assert shunt.startswith("The plan has a lung shunt of 7.0 %, 5.0 % are told here")
    assert found.absent == ()
    fewer = replace(treated, structures=tuple(
        one for one in treated.structures if one.name != "liver-tumour-2"
    ))  # fmt: skip
    assert compare_plan(fewer, made).absent == ("liver-tumour-2",)
    first, second = treated.structures[:2]
    swapped = (replace(first, name=second.name), replace(second, name=first.name))
    mixed = compare_plan(replace(treated, structures=(*swapped, *treated.structures[2:])), made)
    assert len([one for one in mixed.doubts if "they may be two tumours" in one]) == 2
    changed = {**made.treatment.settings, "product": find_microspheres("holmium").title,
                "lung_shunt": 0.2}  # fmt: skip
    other = compare_plan(treated, replace(made, treatment=replace(
        made.treatment, settings=changed
    )))  # fmt: skip
    assert other.rows == ()
    assert "their doses are not compared" in other.doubts[0]
    assert "a lung shunt of 20.0 %" in other.doubts[1]
    biopsy = replace(made, request=replace(made.request, procedure="biopsy"))
    with pytest.raises(PlanError, match="the plan is of biopsy"):
        compare_plan(treated, biopsy)


def _told(study: Study, mbq: float, labels: LabelMap = LABELS) -> DeliveredDose:
    return assess(study, labels, replace(ASKED, given_mbq=mbq))


def test_an_image_that_holds_more_than_was_given_is_provisional() -> None:
    """Contours that lie beside the image: what is outside is activity nobody gave."""
    beside = _labels(liver=_ball(FINE, 40.0, 80.0), tumour_1=_ball(FINE, 12.0, 80.0))
    study = _even(unit="counts")
    assert _told(study, 1500.0, _labels(liver=_ball(FINE, 50.0))).status == "measured"
    found = _told(study, 1500.0, beside)
    assert found.status == "provisional"
    (why,) = (one for one in found.provisional if "which cannot be" in one)
    assert "MBq of 1500" in why
    assert "lies in liver and tumours" in why
    assert any("lies in liver and tumours" in one for one in found.notes)


def test_an_image_in_bq_per_ml_that_contradicts_what_was_told_is_provisional() -> None:
    whole = _labels(liver=_ball(FINE, 50.0))
    shown = assess(_even(), whole, ASKED).liver_mbq
    assert shown is not None
    told = shown / 0.95
    for factor, held in ((1.0, True), (1.3, True), (2.6, False), (1.0 / 2.6, False)):
        found = _told(_even(), factor * told, whole)
        assert found.measured_mbq == pytest.approx(shown, rel=1e-6), "never what was told"
        assert ("They contradict each other" not in " ".join(found.provisional)) is held, factor
    in_gbq = _told(_even(), told / 1000.0, whole)
    assert any("if that is GBq" in one for one in in_gbq.provisional)
    wider = replace(ASKED, given_mbq=2.6 * told, assume={"verify_activity_apart": 3.0})
    assert assess(_even(), whole, wider).status == "measured"
