"""A renal artery of the built-in patient is opened; a folder as argument gets the picture."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import seldinger as sd


def angioplasty(out: Path | None = None, voxel_mm: float = 4.0) -> dict[str, float]:
    """Mean pressure gradient in hyperaemia before and after, mmHg, and the length of the way in."""
    patient = sd.demo.vascular_patient(voxel_mm=voxel_mm)
    anatomy = patient.build_anatomy(sd.anatomy.Settings(voxel_mm=voxel_mm))
    plan = sd.plan.propose("angioplasty", anatomy, "left renal artery")
    if out is not None:
        sd.report.draw_figure(plan, "pressure").savefig(out / "11_angioplasty.png")
    measures = () if plan.effect is None else plan.effect.measures
    figures = {measure.id: measure.nominal or 0.0 for measure in measures}
    return {
        "before_mmhg": figures["hyperaemic-gradient-before"],
        "after_mmhg": figures["hyperaemic-gradient-after"],
        "way_mm": plan.approach.routes[0].length_mm,
    }


if __name__ == "__main__":
    print(json.dumps(angioplasty(Path(sys.argv[1]) if sys.argv[1:] else None)))
