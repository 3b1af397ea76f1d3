"""The kernel of transport against its plain twin."""

from __future__ import annotations

from tests.physics.flow.elastic import ring

from seldinger.physics.flow.transport import Injection, TransportSettings, transport
from seldinger.physics.flow.transport_field import wave_field
from seldinger.physics.flow.wave import march_waves
from seldinger.physics.flow.wave_network import WaveSettings


def test_the_kernel_is_its_twin() -> None:
    """A loop whose flow turns round, dispersion, two boluses, blood that brings some."""
    waves = march_waves(ring(), WaveSettings(cell_mm=8.0, rows=20, cycles=3, tolerance=0.0))
    shots = [Injection("0", 0.1, 0.5, 30.0, 350.0), Injection("2", 0.6, 0.1, 1.0, 20.0)]
    settings = TransportSettings(
        1.0, every=2, dispersion_mm2_per_s=50.0, begin_per_ml=1.0, entering_per_ml=2.0
    )
    field = wave_field(waves)
    ours, theirs = (transport(field, shots, settings, plain=plain) for plain in (False, True))
    for name in ("amount", "waiting", "entered", "left"):
        one, two = getattr(ours, name), getattr(theirs, name)
        assert abs(one - two).max() < 1e-11 * theirs.given[-1], name
    assert ours.waiting.max() > 0.0
