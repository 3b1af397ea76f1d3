"""Two ways to one abscess: the proposed entry, and the one you had in mind, by the same rules."""

from __future__ import annotations

import json

import numpy as np

import seldinger as sd


def compared(voxel_mm: float = 3.0, aside_mm: float = 15.0) -> dict[str, float | list[str]]:
    """Depths of the proposed path and of one that enters ``aside_mm`` nearer to the head."""
    patient = sd.demo.patient(voxel_mm)
    anatomy = sd.anatomy.build(patient.study, settings=sd.anatomy.Settings(voxel_mm=voxel_mm))
    settings = sd.plan.Settings(seed=1)
    proposed = sd.plan.propose("drainage", anatomy, "abscess-superficial", settings=settings)
    best = proposed.approach.paths[0]
    x, y, z = best.entry_lps_mm
    options = sd.plan.PercutaneousOptions(entry_lps_mm=(x, y, z + aside_mm))
    settings = sd.plan.Settings(seed=1, options=(options,))
    (mine,) = sd.plan.propose(
        "drainage", anatomy, "abscess-superficial", settings=settings
    ).approach.paths
    apart_mm = float(np.linalg.norm(np.subtract(mine.entry_lps_mm, best.entry_lps_mm)))
    return {
        "proposed_depth_mm": round(best.depth_mm, 1),
        "my_depth_mm": round(mine.depth_mm, 1),
        "apart_mm": round(apart_mm, 1),
        "my_violations": list(mine.violations),
    }


if __name__ == "__main__":
    print(json.dumps(compared()))
