"""The choice of ultrasound or CT: every branch, and what stays unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.plan import treatment_phantom as phantom

from seldinger.anatomy.model import Kind
from seldinger.core.errors import PlanError
from seldinger.plan.approach.percutaneous import guidance
from seldinger.plan.approach.percutaneous.options import PercutaneousOptions
from seldinger.plan.approach.percutaneous.site import Site, find_site
from seldinger.plan.procedure import Settings

if TYPE_CHECKING:
    from seldinger.anatomy.model import Structure
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Guidance

BONE = phantom.thing("vertebrae", Kind.BONE, phantom.box((80, 150, 0), (100, 158, 180)))
SHIELD = phantom.thing("ribs", Kind.BONE, phantom.box((-1, 40, -1), (500, 44, 500)))
LIVER = phantom.thing("liver", Kind.ORGAN, phantom.box((-1, 50, -1), (500, 500, 500)))
LUNG = phantom.thing("left lung", Kind.LUNG, phantom.box((-1, 50, -1), (500, 500, 500)))


def case(
    organ: str | None,
    *structures: Structure,
    depth_mm: float = 70.0,
    settings: Settings | None = None,
) -> NeedleCase:
    goal = phantom.target(depth_mm, 20.0, organ)
    return phantom.case(phantom.PROCEDURE, goal, structures, settings)


def chosen(found: NeedleCase) -> Guidance:
    return guidance.choose(found, phantom.path(found.target))


def guided(by: str | None) -> Settings:
    return Settings(options=(PercutaneousOptions(guidance=by),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("organ", "structures", "modality"),
    [
        ("liver", (BONE, LIVER), "ultrasound"),
        (None, (BONE,), "ultrasound"),
        ("right kidney", (BONE,), "ultrasound"),
        ("left lung", (BONE, LUNG), "ct"),
        ("vertebrae", (BONE,), "ct"),
        ("pancreas", (BONE,), "ct"),
        ("left adrenal gland", (BONE,), "ct"),
        ("liver", (BONE, LIVER, SHIELD), "ct"),
        ("liver", (LIVER,), "ct"),
    ],
)
def test_modality_by_site_and_geometry(
    organ: str | None, structures: tuple[Structure, ...], modality: str
) -> None:
    found = chosen(case(organ, *structures))
    assert found.modality == modality
    assert found.reason
    assert found.sources


@pytest.mark.parametrize(("depth_mm", "modality"), [(98.0, "ultrasound"), (102.0, "ct")])
def test_both_sides_of_the_assumed_depth(depth_mm: float, modality: str) -> None:
    assert chosen(case(None, BONE, depth_mm=depth_mm)).modality == modality


def test_that_the_lesion_is_seen_is_never_claimed() -> None:
    assert "unknown until someone looks" in chosen(case("liver", BONE, LIVER)).reason


def test_without_bone_the_room_for_a_probe_is_unknown_not_free() -> None:
    found = chosen(case("liver", LIVER))
    assert found.ultrasound is not None
    assert found.ultrasound.fits is None
    assert "unknown" in found.reason


def test_the_rule_for_ct_carries_its_stamp() -> None:
    assert "secondary source" in chosen(case("left lung", LUNG)).reason


@pytest.mark.parametrize("wanted", ["ct", "ultrasound"])
def test_the_user_decides(wanted: str) -> None:
    found = chosen(case("left lung", LUNG, settings=guided(wanted)))
    assert found.modality == wanted
    assert found.reason.startswith("Chosen by the user")


def test_an_unknown_eye_is_refused() -> None:
    with pytest.raises(PlanError, match="allowed: ct, ultrasound"):
        chosen(case("liver", LIVER, settings=guided("mr")))


def test_without_a_path_nothing_is_judged() -> None:
    found = guidance.choose(case("liver", BONE, LIVER), None)
    assert (found.modality, found.ultrasound) == ("ct", None)


@pytest.mark.parametrize(
    ("organ", "structures", "site"),
    [
        (None, (), Site.OTHER),
        ("liver", (), Site.LIVER),
        ("left lung", (), Site.LUNG),
        ("left lung", (LUNG,), Site.LUNG),
        ("vertebrae", (BONE,), Site.BONE),
        ("pelvis", (), Site.BONE),
        ("right kidney", (), Site.KIDNEY),
        ("left adrenal gland", (), Site.RETROPERITONEUM),
        ("spleen", (), Site.OTHER),
    ],
)
def test_sites(organ: str | None, structures: tuple[Structure, ...], site: Site) -> None:
    assert find_site(case(organ, *structures)) is site


def test_a_label_that_says_lung_wins_over_its_name() -> None:
    odd = replace(LUNG, name="parenchyma")
    assert find_site(case("parenchyma", odd)) is Site.LUNG
