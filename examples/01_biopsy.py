"""A biopsy of the built-in patient in five lines; what the first path says is printed as JSON."""

from __future__ import annotations

import json

import seldinger as sd


def biopsy(voxel_mm: float = 3.0) -> dict[str, float | str | None]:
    """Plan the liver tumour; the numbers of the best path."""
    patient = sd.demo.patient(voxel_mm)
    anatomy = sd.anatomy.build(patient.study, settings=sd.anatomy.Settings(voxel_mm=voxel_mm))
    plan = sd.plan.propose("biopsy", anatomy, "liver-tumour-1")
    best = plan.approach.paths[0]
    return {
        "verdict": plan.verdict.status.value,
        "depth_mm": round(best.depth_mm, 1),
        "tilt_deg": round(best.tilt_deg, 1),
        "hit": best.probability.hit,
    }


if __name__ == "__main__":
    print(json.dumps(biopsy()))
