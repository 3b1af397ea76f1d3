"""The kernels of waves against their plain twin, which finds its roots another way."""

from __future__ import annotations

from tests.physics.flow.elastic import ring

from seldinger.physics.flow.boundaries import PressureBoundary, Waveform
from seldinger.physics.flow.wave import march_waves
from seldinger.physics.flow.wave_network import ElasticNetwork, WaveSettings


def test_the_kernel_is_its_twin() -> None:
    """A loop, tapers, profiles, and every kind of end."""
    made = ring()
    pushed = PressureBoundary("push", "4", Waveform((80.0, 90.0, 80.0), (0.0, 0.4, 1.0)))
    for net in (made, ElasticNetwork(made.vessels, (*made.boundaries[:2], pushed))):
        settings = WaveSettings(
            cell_mm=25.0, fewest_cells=2, rows=4, cycles=1, tolerance=0.0, begin_mmhg=80.0
        )
        ours, theirs = (march_waves(net, settings, plain=plain) for plain in (False, True))
        assert ours.steps == theirs.steps > 100
        for name in ("area_mm2", "speed_mm_per_s", "passed_ml"):
            one, two = getattr(ours, name), getattr(theirs, name)
            assert abs(one - two).max() < 1e-10 * abs(two).max(), name
