"""Facts of embolization for bleeding: figures typed again by hand, how read, what differs."""

from __future__ import annotations

import pytest

from seldinger import evidence
from seldinger.evidence import Trust


@pytest.mark.parametrize(
    ("fact_id", "value", "unit", "trust"),
    [
        ("spleen.splash.salvage.embolized", 0.982, "1", Trust.SECONDARY),
        ("spleen.splash.salvage.watched", 0.933, "1", Trust.SECONDARY),
        ("spleen.wses.unstable.systolic", 90.0, "mm[Hg]", Trust.PRIMARY),
        ("spleen.failure", 0.102, "1", Trust.PRIMARY),
        ("spleen.severe.proximal", 0.107, "1", Trust.PRIMARY),
        ("spleen.severe.distal", 0.307, "1", Trust.PRIMARY),
        ("spleen.infarct.proximal", 0.63, "1", Trust.PRIMARY),
        ("spleen.pressure.drop", 48.0, "%", Trust.PRIMARY),
        ("spleen.pressure.drop_mmhg", 41.9, "mm[Hg]", Trust.PRIMARY),
        ("spleen.pressure.distal", 47.1, "mm[Hg]", Trust.PRIMARY),
        ("pelvis.gluteal.nonselective", 0.122, "1", Trust.PRIMARY),
        ("pelvis.gluteal.spared", 0.026, "1", Trust.PRIMARY),
        ("pelvis.time.stable.late", 0.17, "1", Trust.PRIMARY),
        ("gut.ct.bench", 0.5, "mL/min", Trust.PRIMARY),
        ("gut.ct.least", 0.3, "mL/min", Trust.SECONDARY),
        ("lower_gut.vas_rectum.diameter", 1.1, "mm", Trust.PRIMARY),
        ("lower_gut.vasa_recta.most", 3.0, "1", Trust.PRIMARY),
        ("lower_gut.acg.hemoglobin", 7.0, "g/dL", Trust.SECONDARY),
        ("upper_gut.surgery.rebleeding", 1.82, "1", Trust.PRIMARY),
        ("liver.necrosis", 0.15, "1", Trust.PRIMARY),
        ("device.coil.oversize", 20.0, "%", Trust.PRIMARY),
        ("device.plug.oversize", 50.0, "%", Trust.SECONDARY),
        ("device.plug.micro_5.diameter", 6.5, "mm", Trust.SECONDARY),
        ("device.plug.time", 0.94, "1", Trust.PRIMARY),
    ],
)
def test_a_figure_stands_as_published(fact_id: str, value: float, unit: str, trust: Trust) -> None:
    one = evidence.fact(f"haemostasis.{fact_id}")
    assert (one.value, one.unit, one.trust) == (value, unit, trust)


@pytest.mark.parametrize(
    ("fact_id", "other"),
    [
        ("spleen.wses.grade_3", "spleen.splash.salvage.watched"),
        ("spleen.wses.grade_4", "spleen.unstable.survival"),
        ("spleen.severe.proximal_over_distal", "spleen.distal_lesion.major.proximal"),
        ("spleen.vaccine.routine", "spleen.vaccine.proximal"),
        ("pelvis.east.blush", "pelvis.blush.predicts"),
        ("pelvis.time.early", "pelvis.time.no_difference"),
        ("lower_gut.bsg.ct", "lower_gut.acg.colonoscopy"),
        ("gut.ct.least", "gut.ct.bench"),
    ],
)
def test_who_disagrees_is_named_on_both_sides(fact_id: str, other: str) -> None:
    one, two = (evidence.fact(f"haemostasis.{x}") for x in (fact_id, other))
    assert two.id in one.conflicts
    assert one.id in two.conflicts


def test_microvascular_plugs_are_wider_than_the_arteries_they_close() -> None:
    for size in ("3", "5", "7", "9"):
        name = f"haemostasis.device.plug.micro_{size}"
        free = evidence.fact(f"{name}.diameter").value
        artery = evidence.fact(f"{name}.vessel").value
        assert free is not None
        assert artery is not None
        assert free > artery
