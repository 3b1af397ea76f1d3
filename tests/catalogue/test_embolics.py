"""Embolics: sizes and drugs are facts, memory drives nothing, a bad page gives one error."""

from __future__ import annotations

import pytest

from seldinger import evidence
from seldinger.catalogue.embolics import embolics, find_embolic, read_embolics
from seldinger.core.errors import CatalogueError, EvidenceError
from seldinger.evidence import SECONDARY_STAMP, Trust


def test_the_shelf_holds_every_form() -> None:
    known = embolics()
    assert {"dc_bead", "lifepearl", "hepasphere", "tandem", "embosphere", "pva"} <= set(known)
    forms = {one.form for one in known.values()}
    assert forms == {"sphere", "clumping", "gelatin", "coil", "plug", "liquid"}


def test_agents_show_facts_and_keep_memory_apart() -> None:
    for one in embolics().values():
        assert all(fact.trust is not Trust.MEMORY for fact in one.figures)
        assert all(fact.trust is Trust.MEMORY for fact in one.to_confirm)
        assert all(evidence.fact(key).trust is not Trust.MEMORY for key in one.facts)
        assert all(size.low_um <= size.high_um for size in one.sizes)
    assert find_embolic("evoh").facts == ()


def test_only_beads_load_a_drug() -> None:
    loads = {name for name, one in embolics().items() if one.drugs}
    assert loads == {"dc_bead", "lifepearl", "hepasphere", "tandem"}
    with pytest.raises(CatalogueError, match="pva lets go of 'doxorubicin' is not known; it loads"):
        find_embolic("pva").find_loading("doxorubicin")
    with pytest.raises(CatalogueError, match="it loads doxorubicin, idarubicin"):
        find_embolic("tandem").find_loading("irinotecan")


def test_a_bead_as_it_was_measured() -> None:
    bead = find_embolic("dc_bead")
    told = bead.find_loading("doxorubicin")
    assert (told.plateau, told.plateau_sd, told.t75_min, told.horizon_min) == (0.21, 0.02, 197, 360)
    assert told.per_vial_mg == (50.0, 75.0)
    assert bead.vial_ml == 2.0
    assert told.tested_size == bead.find_size(100.0, 300.0)
    assert told.loaded_size is not None
    assert (told.loaded_size.low_um, told.loaded_size.high_um) == (80.0, 240.0)
    assert told.stamp == SECONDARY_STAMP
    assert evidence.stamp_of(told.release_facts) == ""


def test_a_dry_bead_swells_and_nobody_told_how_far_with_the_other_drug() -> None:
    bead = find_embolic("hepasphere")
    told = bead.find_loading("doxorubicin").loaded_size
    assert told is not None
    assert told.text == "145 to 213 um"
    assert bead.find_loading("idarubicin").loaded_size is None


def test_a_size_that_is_not_sold_is_refused() -> None:
    assert find_embolic("tandem").sizes[0].text == "100 um"
    with pytest.raises(CatalogueError, match="no class of 100 to 200 um; it has 100 to 300 um, 3"):
        find_embolic("dc_bead").find_size(100.0, 200.0)
    with pytest.raises(CatalogueError, match="it has no sizes"):
        find_embolic("coils").find_size(1.0, 2.0)
    with pytest.raises(CatalogueError, match=r"no embolic is called 'dcbead'.*dc_bead"):
        find_embolic("dcbead")


PAGE = '[embolic.x]\ntitle = "X"\nform = "sphere"\n'
SIZES = 'sizes = ["embolization.size.tandem.100"]\n'
DRUG = (
    '[embolic.x.drugs.doxorubicin]\nt75 = "embolization.elution.tandem.doxorubicin.t75"\n'
    'horizon = "embolization.elution.doxorubicin.horizon"\n'
    'tested_size = "embolization.size.tandem.100"\n'
)
PLATEAU = 'plateau = "embolization.elution.tandem.doxorubicin.plateau"\n'


def test_a_whole_page_is_read() -> None:
    assert read_embolics(PAGE + SIZES + DRUG + PLATEAU, "x.toml")["x"].drugs["doxorubicin"].facts


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("[embolic", CatalogueError, "not TOML"),
        (PAGE, CatalogueError, "names no fact"),
        (PAGE.replace("sphere", "bubble") + SIZES, CatalogueError, "form"),
        (PAGE + 'sizes = ["no.such"]', EvidenceError, "no fact"),
        (PAGE + SIZES + "colour = 1", CatalogueError, "colour"),
        (PAGE + 'sizes = ["embolization.deb.vial"]', CatalogueError, "told in mL.*fact in um"),
        (
            PAGE + 'sizes = ["embolization.size.embosphere.900_1200"]',
            CatalogueError,
            "enter it in to_confirm",
        ),
        (PAGE + 'to_confirm = ["embolization.deb.vial"]', CatalogueError, "is confirmed"),
        (
            PAGE + 'sizes = ["embolization.size.pva.250_400", "embolization.size.pva.150_250"]',
            CatalogueError,
            "smallest first",
        ),
        (PAGE + SIZES + DRUG, CatalogueError, "plateau"),
        (
            PAGE + SIZES + DRUG + 'plateau = "embolization.sphere.occluded"',
            CatalogueError,
            "no share",
        ),
        (
            PAGE + 'figures = ["embolization.pva.occluded"]\n' + DRUG + PLATEAU,
            CatalogueError,
            "none of its agent's sizes",
        ),
        (
            PAGE
            + SIZES
            + DRUG.replace("elution.doxorubicin.horizon", "deb.loading_measured")
            + PLATEAU,
            CatalogueError,
            "77 min is not within 60 min",
        ),
        (
            PAGE + SIZES + DRUG + PLATEAU + 'loaded_size = "embolization.size.tandem.100"\n'
            'diameter_change = "embolization.elution.tandem.doxorubicin.diameter"',
            CatalogueError,
            "not both",
        ),
    ],
)
def test_a_bad_page_gives_one_clear_error(text: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        read_embolics(text, "embolics.toml")
