"""What speaks against two readings of one thing in millimetres makes the change provisional."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seldinger.core.record import InputFile
from seldinger.followup.shrinkage import find_loss
from seldinger.followup.volumetry import EllipsoidVolume, Kind, LabelVolume
from seldinger.followup.volumetry_doubts import note_pieces
from seldinger.followup.volumetry_follow_up import (
    Timepoint,
    VolumeFollowUp,
    VolumeRequest,
    assess,
)

WHOLE = LabelVolume("uterine-fibroid-1", 130.0, 9000, (1.0, 1.0, 1.0), 0.1, 4.0, cut=False)


def file_of(sha: str) -> tuple[InputFile, ...]:
    return (InputFile("labels", f"{sha}.nii.gz", sha),)


def followed(
    kind: Kind, before: LabelVolume | EllipsoidVolume, after: LabelVolume | EllipsoidVolume,
    shas: tuple[str, str] = ("a", "b"),
) -> VolumeFollowUp:  # fmt: skip
    first, second = (
        Timepoint(one, file_of(sha)) for one, sha in zip((before, after), shas, strict=True)
    )
    return assess(first, second, VolumeRequest(kind, days=91.0))


def test_one_thing_in_millimetres_is_measured() -> None:
    found = followed(Kind.FIBROID, WHOLE, replace(WHOLE, ml=75.0))
    assert (found.status, found.provisional) == ("measured", ())


@pytest.mark.parametrize(
    ("kind", "names", "said"),
    [
        (Kind.UTERUS, ("left kidney", "left kidney"), "no uterus by its name"),
        (Kind.FIBROID, ("uterine-fibroid-1", "uterus"), "the label after is 'uterus'"),
        (Kind.PROSTATE, ("urinary_bladder", "prostate"), "no prostate by its name"),
        (Kind.TUMOUR, ("liver", "liver"), "no tumour by its name"),
    ],
)
def test_a_label_of_something_else_is_doubted(
    kind: Kind, names: tuple[str, str], said: str
) -> None:
    before, after = (replace(WHOLE, name=name) for name in names)
    found = followed(kind, before, after)
    assert found.status == "provisional"
    assert any(said in one for one in found.provisional)


def test_names_that_nobody_knows_are_taken_for_one_thing_and_told() -> None:
    found = followed(
        Kind.FIBROID, replace(WHOLE, name="fibroid-1"), replace(WHOLE, name="fibroid-2")
    )
    assert found.status == "measured"
    assert any("taken for one thing" in one for one in found.notes)


def test_two_things_of_one_scan_are_no_change() -> None:
    found = followed(
        Kind.FIBROID, WHOLE, replace(WHOLE, name="uterine-fibroid-2", ml=60.0), ("a", "a")
    )
    assert found.status == "provisional"
    assert any("of the same files" in one for one in found.provisional)


def test_a_label_in_centimetres_is_doubted() -> None:
    found = followed(Kind.FIBROID, replace(WHOLE, ml=0.13), WHOLE)
    assert found.status == "provisional"
    assert any("a ball of 6.3 mm" in one for one in found.provisional)
    assert any("times the volume before" in one for one in found.provisional)


def test_one_diameter_in_centimetres_is_doubted() -> None:
    one, other = EllipsoidVolume((58.0, 52.0, 61.0), 0.1), EllipsoidVolume((49.0, 4.3, 50.0), 0.1)
    found = followed(Kind.PROSTATE, one, other)
    assert any("in centimetres" in reason for reason in found.provisional)
    assert followed(Kind.PROSTATE, one, one).status == "measured"


def test_a_loss_in_ml_is_not_held_against_a_volume_that_is_cut() -> None:
    gland = replace(WHOLE, name="prostate", ml=90.0)
    whole = followed(Kind.PROSTATE, gland, replace(gland, ml=60.0))
    cut = followed(Kind.PROSTATE, replace(gland, cut=True), replace(gland, ml=60.0))
    assert len(whole.forecasts.predictions) == 2
    (kept,) = cut.forecasts.predictions
    assert find_loss(kept.cohort, 90.0) == find_loss(kept.cohort, 45.0), "a share of it"
    assert any("is in mL, and the label before is cut" in one for one in cut.forecasts.withheld)


def test_a_label_of_several_pieces_is_told() -> None:
    mask = np.zeros((12, 12, 12), dtype=bool)
    assert list(note_pieces(mask)) == []
    mask[1:5, 1:5, 1:5] = True
    assert list(note_pieces(mask)) == []
    mask[8:11, 8:11, 8:11] = True
    (told,) = note_pieces(mask)
    assert "of 2 pieces, the largest holds 70 %" in told
