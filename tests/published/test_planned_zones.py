"""Published lesions of catalogue electrodes, typed here from their papers, as a plan computes them.

The controllers of these series were not told, so that the energy is a guess; what a kilojoule kills
is held much closer than what a treatment kills.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.plan.heat_block import biology, block, heat, placed

from seldinger.physics.thermal import damage
from seldinger.physics.thermal.model import Settings
from seldinger.physics.thermal.run import run
from seldinger.simulate.thermal import model as heat_model
from seldinger.simulate.thermal.setup import PHYSIOLOGICAL, Changes

DOSE = damage.cem43(240.0, 43.0)
SECONDS = 720.0
LESIONS = [
    # electrode, mL and kJ in dead liver of cattle, mL and kJ in living pigs
    ("cooled-rf-17g", 23.86, 32.2, 7.79, 35.5),
    ("cooled-rf-15g", 29.61, 36.7, 10.26, 46.9),
]


def burnt(name: str, *, living: bool) -> tuple[float, float, float]:
    """Millilitres by thermal dose, kilojoules, and the hottest tissue in C."""
    edits = {} if living else {"liver.perfusion_per_s": 0.0}
    scene = block(30.0 if living else 36.0, 1.0)
    probe = placed(name, heat(200.0, SECONDS))
    model = heat_model.build_model(
        scene, [probe], biology("cem43", 43.0), PHYSIOLOGICAL, Changes(edits=edits)
    )
    if not living:
        model = replace(model, initial_c=20.0)
    found = run(model, Settings(SECONDS, (DOSE,)))
    assert found.radiofrequency is not None
    return (
        found.dead_ml(DOSE.name),
        1e-3 * found.radiofrequency.total_j,
        float(found.peak_c.values.max()),
    )


@pytest.mark.parametrize(("name", "dead_ml", "dead_kj", "alive_ml", "alive_kj"), LESIONS)
def test_a_kilojoule_kills_what_it_killed(
    name: str, dead_ml: float, dead_kj: float, alive_ml: float, alive_kj: float
) -> None:
    dead, alive = burnt(name, living=False), burnt(name, living=True)
    assert dead[0] / dead[1] == pytest.approx(dead_ml / dead_kj, rel=0.18)
    assert alive[0] / alive[1] == pytest.approx(alive_ml / alive_kj, rel=0.18)
    # Misses of the whole treatment, as the documentation tells them.
    assert dead[0] / dead_ml == pytest.approx(0.72, abs=0.08)
    assert alive[0] / alive_ml == pytest.approx(1.28, abs=0.15)
    assert max(dead[2], alive[2]) <= 110.0
