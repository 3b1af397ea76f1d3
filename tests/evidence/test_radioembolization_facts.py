"""Facts of radioembolization: figures typed again by hand, how they were read, what differs."""

from __future__ import annotations

import pytest

from seldinger import evidence
from seldinger.core.errors import EvidenceError
from seldinger.evidence import Trust


@pytest.mark.parametrize(
    ("fact_id", "value", "unit", "trust"),
    [
        ("radionuclides.y90.energy.insert", 0.9367, "MeV", Trust.PRIMARY),
        ("radionuclides.y90.dose.partition", 49.67, "Gy.kg/GBq", Trust.SECONDARY),
        ("radionuclides.ho166.activity_per_mass", 3780.0, "MBq/kg", Trust.SECONDARY),
        ("radioembolization.lung.session", 30.0, "Gy", Trust.SECONDARY),
        ("radioembolization.lung.cumulative", 50.0, "Gy", Trust.SECONDARY),
        ("radioembolization.shunt.planar_bias", 2.7, "%", Trust.PRIMARY),
        ("radioembolization.shunt.planar_agreement", 8.1, "%", Trust.PRIMARY),
        ("radioembolization.glass.segmentectomy.perfused", 400.0, "Gy", Trust.PRIMARY),
        ("radioembolization.glass.segmentectomy.necrosis", 190.0, "Gy", Trust.PRIMARY),
        ("radioembolization.glass.tumour.hcc", 205.0, "Gy", Trust.PRIMARY),
        ("radioembolization.glass.normal.bilirubin_high", 50.0, "Gy", Trust.PRIMARY),
        ("radioembolization.glass.normal.bilirubin_low", 90.0, "Gy", Trust.PRIMARY),
        ("radioembolization.resin.normal", 40.0, "Gy", Trust.PRIMARY),
        ("radioembolization.resin.segmentectomy.perfused", 150.0, "Gy", Trust.PRIMARY),
        ("radioembolization.holmium.normal.both", 40.0, "Gy", Trust.PRIMARY),
        ("radioembolization.dose_rate.one_metre", 0.59, "uSv/(h.GBq)", Trust.PRIMARY),
        ("radioembolization.recovery.pet.smallest", 0.2, "1", Trust.PRIMARY),
        ("microspheres.resin.spheres_per_vial", 44e6, "1", Trust.PRIMARY),
        ("microspheres.glass.activity_per_sphere", 2500.0, "Bq", Trust.SECONDARY),
    ],
)
def test_a_figure_stands_as_published(fact_id: str, value: float, unit: str, trust: Trust) -> None:
    one = evidence.fact(fact_id)
    assert (one.value, one.unit, one.trust) == (value, unit, trust)


@pytest.mark.parametrize(
    "fact_id",
    ["microspheres.glass.shelf", "microspheres.resin.shelf", "microspheres.glass.vial.steps"],
)
def test_what_stands_on_the_vial_drives_nothing(fact_id: str) -> None:
    with pytest.raises(EvidenceError, match="memory"):
        evidence.driving_value(fact_id, secondary=True)


def test_authorities_that_differ_name_each_other() -> None:
    for one, other in (
        ("radionuclides.y90.dose.glass", "radionuclides.y90.dose.partition"),
        ("radioembolization.glass.segmentectomy.perfused",
         "radioembolization.glass.segmentectomy.necrosis"),
        ("microspheres.resin.activity_per_sphere", "microspheres.resin.spheres_per_vial"),
    ):  # fmt: skip
        assert other in evidence.fact(one).conflicts
