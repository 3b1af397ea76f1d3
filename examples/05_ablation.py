"""A microwave ablation of the built-in patient; a folder as argument gets the picture."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import seldinger as sd


def ablation(out: Path | None = None, voxel_mm: float = 4.0) -> dict[str, float]:
    """The minimal ablative margin as planned and its 5 to 95 %, mm."""
    patient = sd.demo.patient(voxel_mm)
    anatomy = sd.anatomy.build(patient.study, settings=sd.anatomy.Settings(voxel_mm=voxel_mm))
    plan = sd.plan.propose("ablation", anatomy, "liver-tumour-1")
    if out is not None:
        sd.report.draw_figure(plan, "zone").savefig(out / "05_ablation.png")
    measures = () if plan.effect is None else plan.effect.measures
    spreads = {m.id: m.value for m in measures if isinstance(m.value, sd.core.Spread)}
    margin = spreads["minimal-ablative-margin"]
    return {"as_planned_mm": margin.nominal, "p05_mm": margin.p05, "p95_mm": margin.p95}


if __name__ == "__main__":
    print(json.dumps(ablation(Path(sys.argv[1]) if sys.argv[1:] else None)))
