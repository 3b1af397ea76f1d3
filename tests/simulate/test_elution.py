"""Elution: nothing is lost, nothing comes back, a plateau is never passed, and the watch ends."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.core.errors import CatalogueError, SimulationError
from seldinger.simulate.embolic.elution import Elution, PlacedDrug, find_elution, follow_drug

AGENTS = ("lifepearl", "dc_bead", "hepasphere", "tandem")
DRUGS = ("doxorubicin", "idarubicin")
MASS = st.floats(0.0, 200.0)


@pytest.mark.parametrize("drug", DRUGS)
@pytest.mark.parametrize("agent", AGENTS)
def test_three_quarters_are_out_at_t75_and_half_at_half_of_it(agent: str, drug: str) -> None:
    bead = find_elution(agent, drug)
    shares = bead.find_released_share(np.array([0.0, bead.half_min, bead.t75_min, 1e6]))
    assert shares / bead.plateau == pytest.approx([0.0, 0.5, 0.75, 1.0])
    assert bead.half_min == pytest.approx(bead.t75_min / 2.0)


def test_the_rate_of_dc_bead_as_worked_by_hand() -> None:
    bead = find_elution("dc_bead")
    assert bead.rate_per_min == pytest.approx(0.00704, abs=5e-6)
    assert bead.half_min == pytest.approx(98.5)
    assert "of 100 to 300 um, measured in vitro for 6 h" in bead.domain


@given(MASS, MASS, MASS, MASS, st.floats(0.0, 1.0), st.floats(0.1, 1e4))
def test_mass_is_kept_in_every_compartment(
    tumour: float, liver: float, elsewhere: float, syringe: float, plateau: float, t75: float
) -> None:
    placed = PlacedDrug(tumour, liver, elsewhere, syringe)
    bead = Elution("x", "d", plateau, 0.02, t75, 360.0, "1 um")
    found = follow_drug(bead, placed, np.array([0.0, 1.0, 60.0, 360.0, 1e5]))
    for place, mass in placed.by_place.items():
        both = found.in_beads_mg[place] + found.released_mg[place]
        assert both == pytest.approx(mass, rel=1e-14, abs=1e-14)
        assert np.all(found.in_beads_mg[place] >= 0.0)
        assert np.all(np.diff(found.released_mg[place]) >= 0.0)
    assert found.total_mg == pytest.approx(placed.total_mg, rel=1e-14, abs=1e-12)
    assert np.all(found.low_mg <= found.released_in_patient_mg + 1e-12)
    assert np.all(found.released_in_patient_mg <= found.high_mg + 1e-12)


def test_what_stays_in_the_syringe_stays_in_its_beads() -> None:
    found = follow_drug(
        find_elution("dc_bead"), PlacedDrug(40.0, 20.0, 1.0, 14.0), np.arange(400.0)
    )
    assert np.all(found.released_mg["syringe"] == 0.0)
    assert np.all(found.in_beads_mg["syringe"] == 14.0)
    assert found.released_in_patient_mg[-1] < 0.21 * 61.0
    assert "embolization.deb.stored" in found.facts


def test_later_than_the_watch_is_told_as_not_measured() -> None:
    for drug, minutes in (("doxorubicin", 360.0), ("idarubicin", 120.0)):
        found = follow_drug(
            find_elution("dc_bead", drug), PlacedDrug(50.0), np.array([0.0, minutes, minutes + 1.0])
        )
        assert found.measured.tolist() == [True, True, False]
        assert "not measured" in found.domain


def test_the_spread_is_that_of_the_plateau() -> None:
    bead = find_elution("dc_bead")
    assert bead.plateau_sd == pytest.approx(math.hypot(0.02, 0.01 / math.sqrt(12.0)))
    spread = bead.find_spread(bead.t75_min)
    assert spread.nominal == pytest.approx(0.75 * 0.21)
    assert spread.p95 - spread.nominal == pytest.approx(0.75 * 1.645 * bead.plateau_sd, rel=1e-3)
    assert find_elution("tandem").plateau_sd == pytest.approx(0.01 / math.sqrt(12.0))
    found = follow_drug(bead, PlacedDrug(100.0), np.array([bead.t75_min]))
    assert found.low_mg[0] == pytest.approx(100.0 * spread.p05)
    assert found.high_mg[0] == pytest.approx(100.0 * spread.p95)
    sure = Elution("x", "d", 0.0, 1.0, 10.0, 60.0, "1 um")
    assert sure.plateau_bounds == (0.0, 1.0)


def test_nothing_impossible_is_followed() -> None:
    bead = find_elution("dc_bead")
    with pytest.raises(SimulationError, match="count from the injection"):
        bead.find_released_share(np.array([-1.0]))
    with pytest.raises(SimulationError, match="count from the injection"):
        bead.find_spread(math.nan)
    with pytest.raises(SimulationError, match="liver: -1 mg is no mass"):
        PlacedDrug(1.0, -1.0)
    with pytest.raises(SimulationError, match="tumour: nan mg"):
        PlacedDrug(math.nan)
    with pytest.raises(SimulationError, match="no share"):
        Elution("x", "d", 1.2, 0.0, 10.0, 60.0, "1 um")
    with pytest.raises(SimulationError, match="positive and finite"):
        Elution("x", "d", 0.2, 0.0, 0.0, 60.0, "1 um")
    with pytest.raises(CatalogueError, match="not known"):
        find_elution("embosphere")
