"""A biopsy of the built-in patient; a folder as argument gets the picture of the needle."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import seldinger as sd


def biopsy(out: Path | None = None, voxel_mm: float = 3.0) -> dict[str, float | str | None]:
    """Plan the liver tumour; the numbers of the best path."""
    patient = sd.demo.patient(voxel_mm)
    anatomy = sd.anatomy.build(patient.study, settings=sd.anatomy.Settings(voxel_mm=voxel_mm))
    plan = sd.plan.propose("biopsy", anatomy, "liver-tumour-1")
    if out is not None:
        sd.report.draw_figure(plan, "needle").savefig(out / "01_biopsy.png")
    best = plan.approach.paths[0]
    return {
        "verdict": plan.verdict.status.value,
        "depth_mm": round(best.depth_mm, 1),
        "tilt_deg": round(best.tilt_deg, 1),
        "hit": best.probability.hit,
    }


if __name__ == "__main__":
    print(json.dumps(biopsy(Path(sys.argv[1]) if sys.argv[1:] else None)))
