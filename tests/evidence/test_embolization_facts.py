"""Facts of embolization: figures typed again by hand, how they were read, what differs."""

from __future__ import annotations

import pytest

from seldinger import evidence
from seldinger.core.errors import EvidenceError
from seldinger.evidence import Trust


@pytest.mark.parametrize(
    ("fact_id", "value", "unit", "trust"),
    [
        ("deb.dose.within_milan", 75.0, "mg", Trust.SECONDARY),
        ("deb.dose.beyond_milan", 150.0, "mg", Trust.SECONDARY),
        ("deb.concentration", 37.5, "mg/mL", Trust.SECONDARY),
        ("deb.vial", 2.0, "mL", Trust.SECONDARY),
        ("deb.loading_time", 2.0, "h", Trust.SECONDARY),
        ("deb.loading_measured", 1.0, "h", Trust.PRIMARY),
        ("deb.size.adverse.large", 0.28, "1", Trust.PRIMARY),
        ("deb.size.adverse.small", 0.16, "1", Trust.PRIMARY),
        ("elution.dc_bead.doxorubicin.plateau", 0.21, "1", Trust.PRIMARY),
        ("elution.dc_bead.doxorubicin.t75", 197.0, "min", Trust.PRIMARY),
        ("elution.lifepearl.doxorubicin.plateau", 0.30, "1", Trust.PRIMARY),
        ("elution.lifepearl.doxorubicin.t75", 139.0, "min", Trust.PRIMARY),
        ("elution.hepasphere.doxorubicin.plateau", 0.08, "1", Trust.PRIMARY),
        ("elution.hepasphere.doxorubicin.t75", 110.0, "min", Trust.PRIMARY),
        ("elution.tandem.doxorubicin.plateau", 0.06, "1", Trust.PRIMARY),
        ("elution.tandem.doxorubicin.t75", 77.0, "min", Trust.PRIMARY),
        ("elution.tandem.idarubicin.plateau", 0.07, "1", Trust.PRIMARY),
        ("hepasphere.loaded", 148.0, "um", Trust.SECONDARY),
        ("callispheres.plasma.5min", 39.85, "ng/mL", Trust.PRIMARY),
        ("lipiodol.plasma.5min", 225.91, "ng/mL", Trust.PRIMARY),
        ("lipiodol.ratio", 4.0, "1", Trust.PRIMARY),
        ("lipiodol.dose", 75.0, "mg/m2", Trust.SECONDARY),
        ("tace.bilirubin", 3.0, "mg/dL", Trust.SECONDARY),
        ("tace.decompensated", 8.0, "{point}", Trust.SECONDARY),
        ("milan.single", 5.0, "cm", Trust.PRIMARY),
        ("milan.several", 3.0, "cm", Trust.PRIMARY),
        ("downstaging.single", 8.0, "cm", Trust.PRIMARY),
        ("sphere.occluded", 0.762, "1", Trust.PRIMARY),
        ("nbca.stops.50", 1.43, "s", Trust.PRIMARY),
        ("nbca.sets.50", 12.3, "s", Trust.PRIMARY),
        ("ufe.anastomosis.three", 0.066, "1", Trust.PRIMARY),
        ("pae.size.volume", 8.75, "mL", Trust.PRIMARY),
    ],
)
def test_a_figure_stands_as_published(fact_id: str, value: float, unit: str, trust: Trust) -> None:
    one = evidence.fact(f"embolization.{fact_id}")
    assert (one.value, one.unit, one.trust) == (value, unit, trust)


@pytest.mark.parametrize(
    "fact_id", ["lipiodol.volume.most", "coil.oversize", "evoh.rate", "size.embosphere.900_1200"]
)
def test_what_is_remembered_drives_nothing(fact_id: str) -> None:
    with pytest.raises(EvidenceError, match="memory"):
        evidence.driving_value(f"embolization.{fact_id}", secondary=True)


def test_studies_that_differ_name_each_other() -> None:
    for one, other in (
        ("deb.size.adverse.large", "deb.size.no_difference"),
        ("deb.loading_time", "deb.loading_measured"),
        ("lipiodol.volume", "lipiodol.volume.label"),
    ):
        assert f"embolization.{other}" in evidence.fact(f"embolization.{one}").conflicts
        assert f"embolization.{one}" in evidence.fact(f"embolization.{other}").conflicts
