"""Two experiments whose answers are known exactly, carried out; what is missed is printed."""

from __future__ import annotations

import json
from pathlib import Path

import seldinger as sd

HERE = Path(__file__).parent
CENTRE_C = 62.586
"""Of the heated sphere, in closed form."""
LETHAL_C, LETHAL_MM = -40.0, 18.000
"""An isotherm in front of the cold wall, and its depth by Neumann's solution."""


def missed() -> dict[str, float]:
    """How far the simulated answers lie from the exact ones."""
    sphere = sd.simulate.ablation.run(sd.simulate.read(HERE / "heated_sphere.toml"))
    plane = sd.simulate.ablation.run(sd.simulate.read(HERE / "cold_plane.toml"))
    depth = next(one.zone.beyond_tip_mm for one in plane.isotherms if one.temperature_c == LETHAL_C)
    return {
        "sphere_centre_missed_k": round(float(sphere.result.points_c[-1, 0]) - CENTRE_C, 3),
        "minus_40_missed_mm": round((depth or 0.0) - LETHAL_MM, 3),
    }


if __name__ == "__main__":
    print(json.dumps(missed()))
