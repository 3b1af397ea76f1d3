"""A patient of a few formulas and plans written by hand: what the report room is tested on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.plan.treatment_phantom import gates_met
from tests.report.phantom import AIM, KINDS, lattice, outer, path, scan, shapes

from seldinger.anatomy.model import Anatomy, Lesion, Origin, Skin, Structure, Tissue
from seldinger.core.finding import Finding
from seldinger.core.record import AssumptionUse, InputFile
from seldinger.core.verdict import Severity, Status
from seldinger.core.volume import Volume
from seldinger.image.study import Modality, PatientPosition, PositionOrigin, Series, Study
from seldinger.plan import model
from seldinger.simulate.placement import Placement


@pytest.fixture(scope="session")
def anatomy() -> Anatomy:
    fine, fine_points = lattice(96, 2.0)
    series = Series(
        image=scan(shapes(fine_points), fine),
        modality=Modality.CT,
        position=PatientPosition.SUPINE,
        position_origin=PositionOrigin.ASSUMED,
        inputs=(InputFile("image", "ct.nii.gz", "0" * 64),),
    )
    study = Study((series,))
    grid, points = lattice(64, 3.0)
    masks = shapes(points)
    body = masks.pop("body")
    tissue = np.where(body, Tissue.UNIDENTIFIED, Tissue.OUTSIDE).astype(np.uint8)
    wall = body & (np.hypot(points[..., 0] / 80.0, points[..., 1] / 56.0) > 1.0)
    tissue[wall] = Tissue.BODY_WALL
    tissue[body & (points[..., 0] < 0.0) & ~wall] = Tissue.FAT
    for mask in masks.values():
        tissue[mask] = Tissue.STRUCTURE
    skin = np.where(outer(body), Skin.OPEN, Skin.NONE).astype(np.uint8)
    skin[(skin > 0) & (points[..., 1] > 52.0)] = Skin.TABLE_CONTACT
    skin[(skin > 0) & (points[..., 2] > 80.0)] = Skin.ARM
    structures = tuple(
        Structure(name, KINDS[name], mask, Origin.LABEL, (f"raw_{name}",), mobile=True)
        for name, mask in masks.items()
    )
    return Anatomy(
        study,
        Volume(scan({"body": body, **masks}, grid).values.astype(np.float32), grid, "HU"),
        grid,
        body,
        tissue,
        skin,
        structures,
        ("the body wall is estimated",),
    )


@pytest.fixture(scope="session")
def goal(anatomy: Anatomy) -> Lesion:
    mask = anatomy.get_structure("tumour-1").mask
    return Lesion("tumour-1", mask, mask, AIM, AIM, 18.0, 3.05, "liver", Origin.LABEL)


@pytest.fixture(scope="session")
def plan(anatomy: Anatomy, goal: Lesion) -> model.Plan:
    paths = (
        path(),
        path((-88.0, -18.0, -6.0), score=1.7),
        path((-50.0, -56.0, 20.0), score=2.4),
        path((-70.0, 44.0, 4.0), provisional=True, score=2.9),
    )
    return model.Plan(
        request=model.Request("biopsy", "tumour-1", {"entry_lps_mm": None}),
        verdict=model.Verdict(
            model.PlanStatus.UNKNOWN,
            ("Platelets and INR are not known.", "The gallbladder is not segmented."),
        ),
        target=model.TargetSection("tumour-1", AIM, 18.0, 3.05, "liver", "label"),
        approach=model.Approach(
            "percutaneous",
            9120,
            412,
            {"bone": 2210, "depth": 120, "unidentified": 5100},
            (
                model.Relaxation(
                    "unidentified", recorded=False, freed=350, cost="12 mm of unidentified tissue"
                ),
            ),
            paths,
        ),
        placements=(
            Placement("needle", "core-18g", (paths[0].entry_lps_mm, paths[0].target_lps_mm), (), 0),
        ),
        treatment=model.Treatment(
            "sample",
            "coaxial",
            (
                model.DeviceUse(
                    "core-18g", "18 G core needle, 17 G coaxial", "needle", {"length_mm": 150.0}
                ),
            ),
            {
                "beyond_mm": 12.0,
                "sample_from_mm": -8.0,
                "sample_to_mm": 8.0,
                "cores": 3.0,
                "coaxial": True,
            },
            (
                model.Step("Scan", "Breath-hold at end expiration."),
                model.Step("Mark", "Grid on the skin."),
            ),
            (model.Step("Bleeding", "Plug the track; call for help."),),
        ),
        guidance=model.Guidance(
            "CT",
            "deep lesion",
            ("key-2020",),
            model.UltrasoundAccess(24.0, 20.0, 58.0, 35.0, fits=True),
        ),
        findings=(
            Finding("liver-first", Status.MET, Severity.INFO, "Liver lies before the tumour."),
            Finding(
                "coagulation",
                Status.UNKNOWN,
                Severity.STOP,
                "INR is unknown.",
                ("key-2020",),
            ),
            Finding("rib", Status.NOT_MET, Severity.CAUTION, "Passes 5 mm from a rib."),
        ),
        assumptions=(
            AssumptionUse(
                "breath-hold", 4.0, "mm", 2.0, 8.0, "Typical reproducibility.", edited=False
            ),
        ),
        citations=(
            model.Citation("key-2020", "Someone A. A paper. Journal 2020.", "10.1/abc", "primary"),
        ),
        provenance=model.Provenance(
            {"image ct.nii.gz": "0" * 64}, "0.1.0", {"lateral_error_mean_mm": 3.7, "relax": None}, 0
        ),
        not_segmented=("gallbladder", "pleural recess"),
        gates=gates_met(),
        anatomy=anatomy,
        goal=goal,
    )


@pytest.fixture(scope="session")
def blocked(plan: model.Plan) -> model.Plan:
    """Nothing is free."""
    approach = replace(plan.approach, accepted=0, paths=())
    verdict = model.Verdict(
        model.PlanStatus.UNSUITABLE, ("No skin entry reaches the tumour by the rules.",)
    )
    return replace(plan, approach=approach, placements=(), verdict=verdict)
