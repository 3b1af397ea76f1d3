"""Labels of a margin: any spelling of a name is that name, and never two."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seldinger.core.errors import LabelError
from seldinger.core.space import Grid
from seldinger.core.volume import LabelEntry, LabelMap, Volume
from seldinger.followup import margin
from seldinger.followup.labels import MarginRequest, check_request, list_shared, resolve_names
from seldinger.image.study import Modality, PatientPosition, PositionOrigin, Series, Study

GRID = Grid.aligned((4, 4, 4), 1.0)
LYING = PatientPosition.SUPINE, PositionOrigin.USER
ASKED = MarginRequest("lesion 1", "zone")


def scan(*names: str) -> Study:
    """A scan with one voxel for each name."""
    ids = np.zeros(GRID.shape, np.uint8)
    ids.reshape(-1)[: len(names)] = np.arange(1, len(names) + 1)
    entries = tuple(LabelEntry(name, number, 0) for number, name in enumerate(names, 1))
    image = Volume(np.zeros(GRID.shape, np.float32), GRID, "HU")
    return Study((Series(image, Modality.CT, *LYING),), LabelMap((ids,), entries, GRID))


def test_every_spelling_becomes_the_labels_own_name() -> None:
    before, after = scan("Liver", "Lesion_1"), scan("LIVER", "Ablation-Zone")
    for target in ("lesion 1", "LESION-1", "Lesion1"):
        found = resolve_names(before, after, MarginRequest(target, "ablation zone", "liver"))
        assert (found.target, found.zone, found.organ) == ("Lesion_1", "Ablation-Zone", "Liver")


def test_a_name_that_could_be_two_labels_is_refused_with_both() -> None:
    before, after = scan("Lesion_1", "lesion 1"), scan("zone")
    assert resolve_names(before, after, ASKED).target == "lesion 1", "exact"
    with pytest.raises(LabelError, match="could be 2 labels of the scan before: Lesion_1, lesion"):
        resolve_names(before, after, replace(ASKED, target="LESION 1"))
    with pytest.raises(LabelError, match="could be 2 labels"):
        check_request(replace(ASKED, target="LESION 1"), ("Lesion_1", "lesion 1"), None)


def test_an_organ_spelled_as_the_target_is_still_the_target() -> None:
    with pytest.raises(LabelError, match="name two things"):
        resolve_names(
            scan("Lesion_1"),
            scan("zone", "lesion-1"),
            MarginRequest("lesion 1", "zone", "LESION 1"),
        )
    with pytest.raises(LabelError, match="name two things"):
        resolve_names(
            scan("Lesion_1"), scan("zone", "lesion-1"), MarginRequest("lesion 1", "zone", "Lesion1")
        )
    known = ("Lesion_1",), ("zone", "lesion-1")
    with pytest.raises(LabelError, match="name two things"):
        check_request(MarginRequest("lesion 1", "zone", "LESION 1"), *known)


def test_labels_of_both_scans_are_one_name_and_neither_target_nor_zone() -> None:
    before = ("Liver", "Portal_Vein", "Lesion_1", "zone1", "spleen")
    after = ("liver", "portal vein", "lesion-1", "Zone_1", "SPLEEN")
    asked = MarginRequest("Lesion_1", "Zone_1")
    assert list_shared(before, after, asked) == (
        ("Liver", "liver"),
        ("Portal_Vein", "portal vein"),
        ("spleen", "SPLEEN"),
    )
    # Of two that are spelled alike, only the one that is exact is a pair.
    assert list_shared(("Liver", "liver"), ("liver",), asked) == (("liver", "liver"),)
    assert list_shared(("LIVER",), ("Liver", "liver"), asked) == ()


def test_an_organ_that_the_scans_do_not_share_is_refused() -> None:
    before, after = scan("LIVER", "lesion 1"), scan("Liver", "liver", "zone")
    with pytest.raises(LabelError, match=r"organ|could be 2"):
        margin.assess(before, after, replace(ASKED, organ="liver"))
