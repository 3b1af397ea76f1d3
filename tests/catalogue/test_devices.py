"""Catalogue: the generic devices fit together, and the border refuses what does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.offenders import offenders

from seldinger import catalogue, evidence
from seldinger.catalogue import Device, shelf
from seldinger.catalogue.kinds import KINDS
from seldinger.catalogue.model import (
    AccessNeedle,
    CoaxialIntroducer,
    CoreNeedle,
    Needle,
    PigtailDrain,
)
from seldinger.core.errors import CatalogueError

PAGE = """
[[family]]
id = "core-18g"
name = "18 G core needle"
kind = "core-needle"
gauge = 18
outer_diameter_mm = 1.27
lengths_mm = [100, 150]
shots = [{ throw_mm = 10, notch_mm = 6, dead_tip_mm = 4 }]
assumption = "typical"
"""


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_on_the_shelf(kind: str) -> None:
    found = catalogue.devices(kind)
    assert found
    assert all(d.kind == kind for d in found)
    assert catalogue.devices(KINDS[kind]) == found


def check_device(found: Device) -> None:
    assert catalogue.device(found.id) is found
    assert (found.source is None) != (found.assumption is None)
    assert found.source is None or found.source in evidence.sources()
    for dimension, fact_id in found.facts.items():
        assert getattr(found, dimension) == evidence.fact(fact_id).value
    if isinstance(found, PigtailDrain):
        assert found.outer_diameter_mm == pytest.approx(found.french / 3.0, abs=0.001)


def test_a_shipped_device_holds_the_laws() -> None:
    assert not offenders(catalogue.devices(), check_device, lambda d: d.id)


def check_core_needle(needle: CoreNeedle) -> None:
    assert needle.notch_mm + needle.dead_tip_mm == needle.throw_mm
    matching = [
        d
        for d in catalogue.devices(CoaxialIntroducer)
        if d.gauge == needle.gauge - 1
        and d.inner_diameter_mm is not None
        and d.inner_diameter_mm > needle.outer_diameter_mm
        and needle.usable_mm - d.usable_mm >= needle.throw_mm
    ]
    assert matching


def test_a_core_needle_shoots_notch_and_dead_tip_and_fits_an_introducer() -> None:
    assert not offenders(catalogue.devices(CoreNeedle), check_core_needle, lambda d: d.id)


def test_core_needles_come_in_the_sizes_that_treatments_choose_from() -> None:
    found = {(d.gauge, d.usable_mm, d.throw_mm) for d in catalogue.devices(CoreNeedle)}
    assert found == {(g, n, t) for g in (14, 16, 18, 20) for n in (100, 150, 200) for t in (10, 20)}


def test_thicker_gauge_numbers_are_thinner_needles() -> None:
    sizes = {d.gauge: d.outer_diameter_mm for d in catalogue.devices() if isinstance(d, Needle)}
    ordered = [sizes[g] for g in sorted(sizes)]
    assert ordered == sorted(ordered, reverse=True)
    assert len(set(ordered)) == len(ordered)


@pytest.mark.parametrize(
    ("needle", "wire"), [("access-21g", "wire-018"), ("access-18g", "wire-035")]
)
def test_the_wire_goes_through_the_access_needle_and_the_drain_over_the_wire(
    needle: str, wire: str
) -> None:
    wire_mm = catalogue.device(wire).outer_diameter_mm
    for found in catalogue.devices(AccessNeedle):
        if found.id.startswith(needle):
            assert found.inner_diameter_mm is not None
            assert found.inner_diameter_mm > wire_mm
    for drain in catalogue.devices(PigtailDrain):
        assert drain.inner_diameter_mm is None or drain.inner_diameter_mm > wire_mm


def test_drains_carry_the_measured_bore_and_no_invented_one() -> None:
    bores = {d.french: d.inner_diameter_mm for d in catalogue.devices(PigtailDrain)}
    assert bores == {8: 1.90, 10: 2.43, 12: 2.64, 14: None}


def test_a_wrong_name_is_answered_with_the_right_one() -> None:
    with pytest.raises(CatalogueError, match="pigtail-10f"):
        catalogue.device("pigtail-10fr")
    with pytest.raises(CatalogueError, match="core-needle"):
        catalogue.devices("core")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('assumption = "typical"', "", "either a source or an assumption"),
        ('assumption = "typical"', 'assumption = "x"\nsource = "y"', "either a source"),
        ("outer_diameter_mm = 1.27", "outer_diameter_mm = 0", "greater than 0"),
        ("outer_diameter_mm = 1.27", "outer_diameter_mm = -1", "outer_diameter_mm"),
        ("outer_diameter_mm = 1.27", "outer_diameter_mm = 1.27\ninner_diameter_mm = 2.0", "bore"),
        ("outer_diameter_mm = 1.27", "outer_diameter_mm = inf", "finite"),
        ("lengths_mm = [100, 150]", "lengths_mm = []", "lengths_mm"),
        ("lengths_mm = [100, 150]", "lengths_mm = [100, 100]", "twice"),
        ("shots = [{ throw_mm = 10, notch_mm = 6, dead_tip_mm = 4 }]", "", "throw_mm is missing"),
        ('kind = "core-needle"', 'kind = "fine-needle"', "no key 'throw_mm'"),
        ('kind = "core-needle"', 'kind = "spoon"', "kind"),
        ("gauge = 18", "gauge = 18\nloop_mm = 20", "no key 'loop_mm'"),
        ("gauge = 18", "gauge = 18.5", "gauge"),
        ("gauge = 18", "gauge = 18\ncolour = 1", "colour"),
        ("[[family]]", "[[family]", "not TOML"),
    ],
)
def test_a_bad_page_gives_one_clear_error(old: str, new: str, says: str) -> None:
    assert old in PAGE
    assert set(shelf.read_devices({"x.toml": PAGE})) == {"core-18g-100-t10", "core-18g-150-t10"}
    with pytest.raises(CatalogueError, match=says):
        shelf.read_devices({"x.toml": PAGE.replace(old, new)})


@settings(deadline=None, max_examples=60)
@given(at=st.integers(0, len(PAGE)), junk=st.text(max_size=8))
def test_a_mangled_page_is_read_or_refused_never_worse(at: int, junk: str) -> None:
    try:
        found = shelf.read_devices({"x.toml": PAGE[:at] + junk + PAGE[at + len(junk) :]})
    except CatalogueError:
        return
    assert all(d.outer_diameter_mm > 0 for d in found.values())
