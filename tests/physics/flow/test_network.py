"""A network is valid from birth: each fault is one sentence that says what to do."""

from __future__ import annotations

import math

import pytest
from tests.physics.flow.networks import constant, pressed, pumped, resisted

from seldinger.physics.flow.boundaries import (
    CoronaryBoundary,
    FlowBoundary,
    PressureBoundary,
    ResistanceBoundary,
    Waveform,
    WindkesselBoundary,
    total_resistance_mmhg_s_per_ml,
)
from seldinger.physics.flow.network import Lumen, Network, Vessel
from seldinger.physics.flow.units import FlowUnits

AB, BC = Vessel("v", "a", "b", 1.0), Vessel("w", "b", "c", 1.0)
DRIVE, BED = pumped(5.0), resisted(2.0)
SLOW = FlowBoundary("in", "a", Waveform((1.0, 2.0, 1.0), (0.0, 0.5, 1.0)))
FAST = PressureBoundary("out", "b", Waveform((1.0, 2.0), (0.0, 0.8)))

REFUSED = [
    ((), (DRIVE, BED), "no vessel"),
    ((AB, Vessel("v", "b", "c", 1.0)), (DRIVE, resisted(2.0, 0.0, "c")), "vessel v is there twice"),
    ((AB,), (DRIVE, pressed(1.0, "b", "in")), "boundary in is there twice"),
    ((AB,), (DRIVE, BED, resisted(1.0, 0.0, "x")), "boundary out is there twice"),
    ((AB,), (DRIVE, pressed(1.0, "x", "out")), "stands at x, which no vessel touches; attach it"),
    ((AB,), (DRIVE, BED, pressed(1.0, "b", "two")), "2 boundaries stand at b"),
    ((AB, BC), (DRIVE, BED), "c: a dead end"),
    ((AB, Vessel("w", "c", "d", 1.0)),
     (DRIVE, BED, pressed(1.0, "c", "x"), pressed(1.0, "d", "y")), "c, d: not connected with a"),
    ((AB,), (DRIVE, FlowBoundary("out", "b", constant(-5.0))), "no pressure is known anywhere"),
    ((AB,), (SLOW, FAST), "in repeats after 1 s and out after 0.8 s; all have one period"),
]  # fmt: skip


@pytest.mark.parametrize(("vessels", "ends", "told"), REFUSED, ids=[told for *_, told in REFUSED])
def test_a_faulty_network_is_refused(
    vessels: tuple[Vessel, ...], ends: tuple[object, ...], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        Network(vessels, ends)  # type: ignore[arg-type]


def test_what_is_odd_and_legal_is_noted_and_kept() -> None:
    odd = Vessel("v", "a", "b", -1.0, loss_mmhg_s2_per_ml2=-0.5)
    net = Network((odd,), (DRIVE, BED))
    assert net.vessels[0].loss_mmhg_s2_per_ml2 == -0.5
    assert [note.split(",")[0] for note in net.notes] == [
        "vessel v: negative resistance",
        "vessel v: negative stenosis coefficient",
    ]
    assert Network((AB,), (DRIVE, BED)).notes == ()


def test_a_network_knows_its_nodes_and_period() -> None:
    net = Network((AB, BC), (SLOW, resisted(1.0, 0.0, "c")))
    assert net.nodes == ("a", "b", "c")
    assert net.period_s == 1.0
    assert Network((AB,), (DRIVE, BED)).period_s is None
    assert "vessels=" in repr(net)


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ({"resistance_mmhg_s_per_ml": math.inf}, "resistance of inf"),
        ({"compliance_ml_per_mmhg": -0.1}, "compliance of -0.1"),
        ({"inertance_mmhg_s2_per_ml": -0.1}, "inertance of -0.1"),
        ({"loss_mmhg_s2_per_ml2": math.nan}, "loss of nan"),
        ({"end": "a"}, "starts and ends at a"),
    ],
)
def test_a_faulty_vessel_is_refused(numbers: dict[str, object], told: str) -> None:
    whole = {"name": "v", "start": "a", "end": "b", "resistance_mmhg_s_per_ml": 1.0}
    with pytest.raises(ValueError, match=told):
        Vessel(**{**whole, **numbers})  # type: ignore[arg-type]


def test_a_faulty_bed_or_lumen_is_refused() -> None:
    with pytest.raises(ValueError, match=r"drains through 0 .*give the pressure"):
        ResistanceBoundary("bed", "a", 0.0, 5.0)
    with pytest.raises(ValueError, match="none is negative"):
        WindkesselBoundary("bed", "a", -1.0, 0.1, 1.0, 5.0)
    with pytest.raises(ValueError, match="none is negative"):
        CoronaryBoundary("bed", "a", 1.0, -0.1, 1.0, 0.1, 1.0, constant(0.0), 5.0)
    with pytest.raises(ValueError, match="drains to nan"):
        ResistanceBoundary("bed", "a", 1.0, math.nan)
    with pytest.raises(ValueError, match="leaving it out"):
        Lumen(5.0, 0.0)


@pytest.mark.parametrize(
    ("values", "times", "told"),
    [
        ((1.0, 2.0), (), "2 values has no times"),
        ((), (), "0 values has no times"),
        ((1.0,), (0.0,), "two or more"),
        ((1.0, 2.0), (0.0, 1.0, 2.0), "3 times and 2 values"),
        ((1.0, 2.0), (0.5, 1.0), "rise from 0"),
        ((1.0, 2.0, 3.0), (0.0, 1.0, 1.0), "rise from 0"),
        ((1.0, math.inf), (0.0, 1.0), "not finite"),
    ],
)
def test_a_faulty_waveform_is_refused(
    values: tuple[float, ...], times: tuple[float, ...], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        Waveform(values, times)


def test_a_waveform_repeats_and_has_its_mean() -> None:
    wave = Waveform((0.0, 4.0, 0.0), (0.0, 0.5, 2.0))
    import numpy as np

    assert wave.sampled(np.array([0.25, 2.25, 1.25, 4.5])) == pytest.approx([2.0, 2.0, 2.0, 4.0])
    assert wave.mean == pytest.approx(2.0)
    assert (wave.period_s, constant(3.0).mean, constant(3.0).period_s) == (2.0, 3.0, None)


def test_a_bed_resists_by_all_of_its_resistances() -> None:
    beds = (
        resisted(2.0),
        WindkesselBoundary("w", "a", 0.5, 0.1, 1.5, 0.0),
        CoronaryBoundary("c", "a", 0.5, 0.1, 0.5, 0.1, 1.0, constant(0.0), 5.0),
    )
    assert [total_resistance_mmhg_s_per_ml(bed) for bed in beds] == [2.0, 2.0, 2.0]


def test_a_millimetre_of_mercury_is_the_conventional_one() -> None:
    assert FlowUnits.CGS.per_mmhg == pytest.approx(13.5951 * 980.665 / 10.0)
    assert FlowUnits.CLINICAL.per_mmhg == 1.0
