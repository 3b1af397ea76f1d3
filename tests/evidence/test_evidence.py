"""Evidence: shipped facts hold their laws, trust decides what drives, bad pages give one error."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.offenders import offenders

from seldinger import evidence
from seldinger.core.errors import EvidenceError
from seldinger.evidence import FactKind, Trust, library
from seldinger.evidence.model import MEMORY_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCES = """
[source.doe2020]
authors = "Doe J"
title = "A title"
container = "A journal"
year = 2020
doi = "10.1000/xyz"
"""

FACT = """
topic = "needle"
review_date = 2026-11-24

[fact."needle.error"]
statement = "Needles miss."
kind = "proportion"
value = 0.25
unit = "1"
interval = [0.2, 0.3]
interval_kind = "range"
numerator = 25
denominator = 100
population = "phantom"
horizon = "not told"
design = "phantom"
source = "doe2020"
locator = "abstract"
trust = "primary"
"""


def read(fact: str = FACT, sources: str = SOURCES) -> library.Library:
    return library.read({"sources.toml": sources, "needle.toml": fact})


# --- what ships -----------------------------------------------------------------------------------


def test_every_topic_of_the_first_story_is_there() -> None:
    assert {f.topic for f in evidence.facts()} == {
        "ablation",
        "ablation_margin",
        "access",
        "antithrombotic",
        "lysis",
        "microspheres",
        "radioembolization",
        "radionuclides",
        "adverse_events",
        "antibiotics",
        "audit_thresholds",
        "caval_filter",
        "cement",
        "clot_removal",
        "biopsy",
        "bleeding",
        "breathing",
        "claims",
        "clearance",
        "contrast",
        "device",
        "drainage",
        "embolization",
        "fasting_sedation",
        "guidance",
        "haemostasis",
        "indications",
        "lung_biopsy",
        "needle_error",
        "outcome_biopsy",
        "outcome_carotid",
        "outcome_cement",
        "outcome_cholecystostomy",
        "outcome_dialysis",
        "outcome_drainage",
        "outcome_dvt",
        "outcome_filter",
        "outcome_kidney_ablation",
        "outcome_liver_ablation",
        "outcome_lung_ablation",
        "outcome_pad",
        "outcome_pae",
        "outcome_renal_stent",
        "outcome_tace",
        "outcome_ufe",
        "outcome_y90",
        "pathway",
        "radiation",
        "safety_distance",
        "scores",
        "thermal_tissue",
        "thermal_zone",
        "treatments",
        "vascular_access",
        "vascular_calibre",
        "vascular_devices",
        "vascular_dialysis",
        "vascular_drug",
        "vascular_flow",
        "vascular_limits",
        "vascular_trials",
        "vertebra",
        "volumetry",
    }


def test_every_source_is_used_and_every_fact_has_one() -> None:
    used = {f.source for f in evidence.facts()}
    assert used == set(evidence.sources())


def check_fact(found: evidence.Fact) -> None:
    assert found.id.startswith(f"{found.topic}.")
    assert found.statement.endswith(".")
    assert found.review_date <= dt.date(2100, 1, 1)
    assert (found.source == MEMORY_KEY) <= (found.trust is Trust.MEMORY)
    if found.kind is FactKind.PROPORTION:
        assert found.value is not None
        assert 0.0 <= found.value <= 1.0
        assert found.unit == "1"
    for other in found.conflicts:
        assert found.id in evidence.fact(other).conflicts
    if found.trust is Trust.MEMORY:
        assert "to be confirmed" in found.note.lower() or "audit trigger" in found.note


def test_a_shipped_fact_holds_the_laws() -> None:
    assert not offenders(evidence.facts(), check_fact, lambda f: f.id)


@pytest.mark.parametrize(
    ("fact_id", "value"),
    [
        ("needle_error.stereotactic.lateral", 3.7),
        ("needle_error.ct.in_plane", 3.3),
        ("needle_error.ct.angled", 4.4),
        ("needle_error.ct.double_angled", 6.7),
        ("needle_error.cbct.double_angled", 2.2),
        ("lung_biopsy.pneumothorax", 0.259),
        ("lung_biopsy.chest_drain", 0.069),
        ("lung_biopsy.odds.bulla_crossed", 6.13),
        ("drainage.aspirate_below", 50.0),
        ("drainage.inner_diameter.8f", 1.90),
        ("breathing.liver.free_craniocaudal", 15.0),
    ],
)
def test_published_numbers_drive_as_published(fact_id: str, value: float) -> None:
    assert evidence.driving_value(fact_id) == value


def test_the_bibliography_prints_in_one_line() -> None:
    text = evidence.source("busser2013").text
    assert text.startswith("Busser WMH")
    assert text.endswith("(2013). doi:10.1259/bjr.20130310")
    assert all("\n" not in s.text for s in evidence.sources().values())


def test_facts_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        evidence.fact("needle_error.ct.angled").value = 1.0  # type: ignore[misc]
    with pytest.raises(TypeError):
        evidence.sources()["x"] = evidence.source("busser2013")  # type: ignore[index]


# --- trust ----------------------------------------------------------------------------------------


def test_memory_never_drives() -> None:
    remembered = [f for f in evidence.facts() if f.trust is Trust.MEMORY]
    assert "drainage.removal.output" in {f.id for f in remembered}
    for found in remembered:
        assert not found.drives
        for secondary in (False, True):
            with pytest.raises(EvidenceError, match="memory"):
                evidence.driving_value(found.id, secondary=secondary)


def test_secondary_drives_only_when_the_output_is_stamped() -> None:
    name = "biopsy.bleeding_class.high_inr"
    assert not evidence.fact(name).drives
    with pytest.raises(EvidenceError, match="stamp"):
        evidence.driving_value(name)
    assert evidence.driving_value(name, secondary=True) == 1.8


def test_a_rule_in_words_has_no_value_to_drive_with() -> None:
    assert evidence.fact("guidance.ultrasound_first").drives
    with pytest.raises(EvidenceError, match="no value"):
        evidence.driving_value("guidance.ultrasound_first")


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "closest"),
    [
        (lambda: evidence.fact("needle_error.ct.angeld"), "needle_error.ct.angled"),
        (lambda: evidence.source("buser2013"), "busser2013"),
        (lambda: evidence.facts("breath"), "breathing"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_one(
    ask: Callable[[], object], closest: str
) -> None:
    with pytest.raises(EvidenceError, match=closest):
        ask()


# --- the border -----------------------------------------------------------------------------------


def test_the_small_library_is_sound() -> None:
    found = read().facts["needle.error"]
    assert found.interval == (0.2, 0.3)
    assert found.review_date == dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("doe2020", "roe2020", "roe2020"),
        ("value = 0.25", "value = 25.0", "0..1"),
        ("value = 0.25", "value = 0.29", "disagrees"),
        ("value = 0.25", "value = nan", "finite"),
        ("value = 0.25", 'value = "0.25"', "value"),
        ("value = 0.25", "", "needs a value"),
        ("[0.2, 0.3]", "[0.3, 0.2]", "ordered"),
        ("[0.2, 0.3]", "[0.26, 0.3]", "hold the value"),
        ('interval_kind = "range"', "", "together"),
        ("denominator = 100", "", "denominator"),
        ('unit = "1"', 'unit = "percent"', "unit"),
        ('kind = "proportion"', 'kind = "feeling"', "kind"),
        ('trust = "primary"', 'trust = "complete"', "trust"),
        ('trust = "primary"', 'trust = "primary"\nhorizn = "x"', "did you mean 'horizon'?"),
        ("value = 0.25", "value = 25.0", "needle.toml: [fact.needle.error]: the interval"),
        ('trust = "primary"', 'trust = "primary"\nconflicts = ["needle.other"]', "no such fact"),
        ('locator = "abstract"', "", "locator"),
        ('topic = "needle"', 'topic = "wire"', "name of its file"),
        ("needle.error", "wire.error", "must start with"),
        ("review_date = 2026-11-24", 'review_date = "soon"', "review_date"),
        ('[fact."needle.error"]', '[fact."needle.error"', "not TOML"),
    ],
)
def test_a_bad_fact_gives_one_clear_error(old: str, new: str, says: str) -> None:
    assert old in FACT
    with pytest.raises(EvidenceError, match=re.escape(says)):
        read(FACT.replace(old, new))


def test_a_fact_given_twice_is_refused() -> None:
    again = FACT[FACT.index("[fact") :]
    with pytest.raises(EvidenceError, match="not TOML"):
        read(FACT + again)


def test_a_conflict_is_named_on_both_sides() -> None:
    second = FACT[FACT.index("[fact") :].replace("needle.error", "needle.other")
    one_sided = FACT + 'conflicts = ["needle.other"]\n' + second
    with pytest.raises(EvidenceError, match="in return"):
        read(one_sided)
    mutual = read(one_sided + 'conflicts = ["needle.error"]\n')
    assert mutual.facts["needle.error"].conflicts == ("needle.other",)


def test_a_source_can_be_found() -> None:
    with pytest.raises(EvidenceError, match="doi"):
        read(sources=SOURCES.replace('doi = "10.1000/xyz"', ""))
    with pytest.raises(EvidenceError, match="doi"):
        read(sources=SOURCES.replace("10.1000/xyz", "xyz"))


def test_without_a_source_a_fact_is_from_memory() -> None:
    unsourced = SOURCES + '[source.memory]\nauthors = "None"\ntitle = "x"\ncontainer = "x"\n'
    with pytest.raises(EvidenceError, match="trust must be memory"):
        read(FACT.replace("doe2020", "memory"), unsourced)


def test_the_bibliography_must_be_there() -> None:
    with pytest.raises(EvidenceError, match="bibliography"):
        library.read({"needle.toml": FACT})


@settings(deadline=None, max_examples=60)
@given(at=st.integers(0, len(FACT)), junk=st.text(max_size=8))
def test_a_mangled_page_is_read_or_refused_never_worse(at: int, junk: str) -> None:
    try:
        made = read(FACT[:at] + junk + FACT[at + len(junk) :])
    except EvidenceError:
        return
    assert all(f.source in made.sources for f in made.facts.values())


def test_opening_the_room_does_not_open_pydantic() -> None:
    program = "import sys, seldinger.evidence; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
