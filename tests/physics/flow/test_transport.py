"""What flow carries: nothing is lost, nothing is made, and it arrives when it must."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.physics.flow.elastic import bump, driven, ring, tube

from seldinger.physics.flow.boundaries import (
    FlowBoundary,
    PressureBoundary,
    ResistanceBoundary,
    Waveform,
)
from seldinger.physics.flow.network import Network, Vessel
from seldinger.physics.flow.solve import solve_period, solve_steady
from seldinger.physics.flow.transport import Injection, TransportSettings, transport
from seldinger.physics.flow.transport_field import lumped_field, wave_field
from seldinger.physics.flow.wave import march_waves
from seldinger.physics.flow.wave_network import WaveSettings

if TYPE_CHECKING:
    from seldinger.physics.flow.transport import Transported
    from seldinger.physics.flow.transport_field import TransportField

BOLUS = Injection("a", 0.5, 1.0, 0.3, 300.0)


def straight(flow: float, cells: int = 100, row_s: float = 0.05) -> TransportField:
    """10 mL of vessel, 100 mm of it, with ``flow`` mL/s."""
    net = Network(
        (Vessel("v", "a", "b", 1.0),),
        (FlowBoundary("in", "a", Waveform((flow,))), ResistanceBoundary("out", "b", 1.0, 0.0)),
    )
    return lumped_field(solve_steady(net), {"v": 10.0}, cells, {"v": 100.0}, row_s)


def forked(first: float, second: float) -> Network:
    """A trunk and two branches that share the flow as 1 / first to 1 / second; a loss between."""
    return Network(
        (
            Vessel("trunk", "a", "b", 1.0),
            Vessel("loss", "b", "c", 0.0, loss_mmhg_s2_per_ml2=0.1),
            Vessel("left", "c", "d", 1.0),
            Vessel("right", "c", "e", 1.0),
        ),
        (
            FlowBoundary("in", "a", Waveform((4.0,))),
            ResistanceBoundary("x", "d", first - 1.0, 0.0),
            ResistanceBoundary("y", "e", second - 1.0, 0.0),
        ),
    )


def beating() -> TransportField:
    """A loop of elastic vessels whose flow turns round in every beat."""
    waves = march_waves(ring(), WaveSettings(cell_mm=4.0, rows=50, cycles=40, tolerance=1e-6))
    assert waves.passed_ml.min() < 0.0 < waves.passed_ml.max()
    return wave_field(waves)


def middle_s(found: Transported, node: int) -> float:
    """Mean time at which the amount left there."""
    out = np.diff(found.left[:, node])
    times = (found.time_s[1:] + found.time_s[:-1]) / 2.0
    return float((out * times).sum() / out.sum())


def test_a_bolus_arrives_after_the_volume_has_passed() -> None:
    found = transport(straight(2.0), [BOLUS], TransportSettings(12.0))
    assert found.left[-1, 1] == pytest.approx(90.0, rel=1e-12)
    assert middle_s(found, 1) == pytest.approx(1.0 + 10.0 / 2.0, abs=0.03)
    # 300 in 0.3 mL/s of injectate and 2 mL/s of blood.
    assert found.per_ml.max() == pytest.approx(90.0 / 2.0, rel=1e-3)
    late = found.left[:, 1] / 90.0
    assert found.time_s[late > 0.01][0] == pytest.approx(5.5, abs=0.2)
    assert found.time_s[late > 0.99][0] == pytest.approx(6.5, abs=0.2)


@pytest.mark.parametrize(("first", "second"), [(2.0, 2.0), (2.0, 6.0), (2.0, 100.0)])
def test_a_junction_shares_what_it_gets_by_flow(first: float, second: float) -> None:
    volumes = {"trunk": 4.0, "left": 2.0, "right": 2.0}
    field = lumped_field(solve_steady(forked(first, second)), volumes, 20)
    assert field.node_number["b"] == field.node_number["c"]
    found = transport(field, [BOLUS], TransportSettings(150.0, every=20))
    left, right = (found.left[-1, field.node_number[node]] for node in "de")
    assert left / right == pytest.approx(second / first, rel=1e-9)
    assert left + right == pytest.approx(90.0, rel=1e-9)


def test_a_confluence_mixes_by_flow() -> None:
    net = Network(
        (Vessel("one", "a", "c", 1.0), Vessel("two", "b", "c", 1.0), Vessel("v", "c", "d", 1.0)),
        (
            FlowBoundary("x", "a", Waveform((1.0,))),
            FlowBoundary("y", "b", Waveform((3.0,))),
            PressureBoundary("out", "d", Waveform((0.0,))),
        ),
    )
    field = lumped_field(solve_steady(net), {"one": 1.0, "two": 1.0, "v": 1.0}, 10)
    found = transport(field, [Injection("a", 0.0, 60.0, 0.2, 50.0)], TransportSettings(30.0))
    assert found.vessel_per_ml()[-1] == pytest.approx([10.0, 0.0, 2.5], rel=1e-9)


def test_nothing_is_lost_where_flow_turns_round_in_a_loop() -> None:
    field = beating()
    shots = [Injection("0", 0.33, 0.8, 4.0, 350.0), Injection("2", 1.0, 0.1, 1.0, 20.0)]
    found = transport(field, shots, TransportSettings(4.0, dispersion_mm2_per_s=30.0))
    assert abs(found.imbalance()).max() < 1e-10 * found.given[-1]
    assert found.given[-1] == pytest.approx(0.8 * 4.0 * 350.0 + 2.0, rel=1e-12)
    assert found.amount.min() >= 0.0
    assert found.per_ml.max() <= 350.0 * (1.0 + 1e-9)
    assert found.left[-1].sum() > 0.3 * found.given[-1]


def test_what_is_the_same_everywhere_stays_so() -> None:
    settings = TransportSettings(2.0, begin_per_ml=3.0, entering_per_ml=3.0)
    found = transport(beating(), [], settings)
    # The last beat is repeated: its end is its start but for the change that was left.
    assert found.per_ml == pytest.approx(3.0, rel=1e-5)
    assert abs(found.imbalance()).max() < 1e-9


def test_flow_that_goes_back_brings_it_back() -> None:
    """2 mL out and back through 10 mL: what was injected at rest leaves where it came from."""
    times = np.linspace(0.0, 4.0, 401)
    wave = Waveform(tuple(math.pi / 2.0 * np.sin(2.0 * math.pi * times / 4.0)), tuple(times))
    net = Network(
        (Vessel("v", "a", "b", 1.0),),
        (FlowBoundary("in", "a", wave), ResistanceBoundary("out", "b", 1.0, 0.0)),
    )
    field = lumped_field(solve_period(net), {"v": 10.0}, 200)
    found = transport(field, [Injection("a", 0.7, 0.6, 0.1, 100.0)], TransportSettings(4.0))
    half = len(found.time_s) // 2
    assert found.amount[half].sum() == pytest.approx(6.0, rel=1e-9)
    assert found.left[-1, 0] == pytest.approx(6.0, rel=5e-3)
    assert found.left[-1, 1] < 1e-6


def test_more_than_flow_can_carry_waits() -> None:
    """4 mL/s of injectate into 2 mL/s of blood: undiluted, and the rest later."""
    field = straight(2.0)
    found = transport(field, [Injection("a", 0.0, 1.0, 4.0, 300.0)], TransportSettings(10.0))
    assert found.per_ml.max() == pytest.approx(300.0, rel=1e-9)
    assert found.waiting.max() == pytest.approx(600.0, rel=0.03)
    assert found.left[-1, 1] == pytest.approx(1200.0, rel=1e-9)


def test_dispersion_spreads_by_its_law() -> None:
    """The variance in time grows by 2 D L / u^3, over that of plug flow in the same cells."""
    field, dispersion = straight(2.0, 200), 40.0

    def variance(settings: TransportSettings) -> float:
        found = transport(field, [BOLUS], settings)
        out, times = np.diff(found.left[:, 1]), (found.time_s[1:] + found.time_s[:-1]) / 2.0
        middle = (out * times).sum() / out.sum()
        return float((out * (times - middle) ** 2).sum() / out.sum())

    grown = variance(TransportSettings(14.0, dispersion_mm2_per_s=dispersion)) - variance(
        TransportSettings(14.0)
    )
    assert grown == pytest.approx(2.0 * dispersion * 100.0 / 20.0**3, rel=0.03)


def test_smooth_boluses_are_carried_to_second_order() -> None:
    """A sine squared of two seconds, halfway down; in the mean, as peaks are clipped."""

    def miss(cells: int) -> float:
        field = straight(2.0, cells, 4.0 / cells)
        edges = np.arange(0.0, 2.0, field.row_s)
        shots = [
            Injection("a", t, field.row_s, math.sin(math.pi * (t + field.row_s / 2.0) / 2.0) ** 2,
                      10.0)
            for t in edges
        ]  # fmt: skip
        found = transport(field, shots, TransportSettings(4.0))
        at = (np.arange(cells) + 0.5) / cells * 5.0
        inside = 4.0 - at
        true = np.where((inside > 0.0) & (inside < 2.0), 5.0 * np.sin(math.pi * inside / 2.0) ** 2,
                        0.0)  # fmt: skip
        return float(abs(found.per_ml[-1] - true).mean())

    misses = [miss(cells) for cells in (50, 100, 200, 400)]
    orders = [math.log2(a / b) for a, b in pairwise(misses)]
    assert min(orders) > 1.7, orders


def test_waves_and_their_lumps_carry_alike() -> None:
    """Mean times through a stiff tube, cut into cells of its waves or of one lump."""
    net = driven(bump(20.0, 0.3, 0.5, 5.0), tube(200.0, 3.0, 4000.0),
                 ResistanceBoundary("out", "b", 5.0, 0.0))  # fmt: skip
    waves = march_waves(net, WaveSettings(cell_mm=5.0, cycles=20, tolerance=1e-5, begin_mmhg=50.0))
    volume = float(waves.cell_ml().mean(axis=0).sum())
    lump = Network((Vessel("tube", "a", "b", 0.1),), (net.boundaries[0], net.boundaries[1]))  # type: ignore[arg-type]
    fields = wave_field(waves), lumped_field(solve_period(lump), {"tube": volume})
    shot = Injection("a", 0.1, 0.4, 0.5, 100.0)
    times = [middle_s(transport(one, [shot], TransportSettings(4.0)), 1) for one in fields]
    assert times[0] == pytest.approx(times[1], abs=0.01)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Injection("a", 0.0, 0.0, 1.0, 1.0), "takes some time"),
        (lambda: Injection("a", 0.0, 1.0, -1.0, 1.0), "0 or more"),
        (lambda: TransportSettings(0.0), "positive time"),
        (lambda: TransportSettings(1.0, begin_per_ml=-1.0), "0 or more"),
        (lambda: transport(straight(1.0), [Injection("z", 0.0, 1.0, 1.0, 1.0)],
                           TransportSettings(1.0)), "no node"),
        (lambda: lumped_field(solve_steady(forked(2.0, 2.0)), {"nobody": 1.0}), "no vessel"),
        (lambda: lumped_field(solve_steady(forked(2.0, 2.0)), {}), "positive"),
        (lambda: lumped_field(solve_steady(forked(2.0, 2.0)), {"left": 1.0}, 1), "two or more"),
        (lambda: straight(1.0, row_s=0.0), "rows of"),
        (lambda: transport(
            lumped_field(solve_steady(forked(2.0, 2.0)), {"left": 1.0}), [],
            TransportSettings(1.0, dispersion_mm2_per_s=1.0)), "length of every vessel"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(make: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()  # type: ignore[operator]


def test_a_vessel_that_its_pulse_would_empty_is_refused() -> None:
    net = Network(
        (Vessel("v", "a", "b", 1.0, 1.0),),
        (
            FlowBoundary("in", "a", Waveform((0.0, 40.0, 0.0), (0.0, 0.5, 1.0))),
            ResistanceBoundary("out", "b", 5.0, 0.0),
        ),
    )
    with pytest.raises(ValueError, match="emptied by its own pulse"):
        lumped_field(solve_period(net), {"v": 0.5})
