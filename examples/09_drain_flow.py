"""Three drains measured on a bench explain a fourth one that was left out of the fit."""

from __future__ import annotations

import json

from seldinger.physics.drain_flow import BenchPoint, fit_line, flow_ml_per_min

BENCH = (
    BenchPoint(1.49, 128.0, 37.6),
    BenchPoint(1.90, 207.0, 55.1),
    BenchPoint(2.64, 303.0, 20.2),
)
"""Bore in mm, flow and its standard deviation in mL/min, of water under one metre (Daga 2025)."""
LEFT_OUT_MM, LEFT_OUT_ML_PER_MIN = 2.43, 291.0


def predicted() -> dict[str, float]:
    """Flow through the bore that was left out, and what the bench measured."""
    line = fit_line(BENCH, head_m=1.0, length_mm=300.0)
    flow = flow_ml_per_min(LEFT_OUT_MM, line)
    return {"ml_per_min": round(flow, 1), "measured_ml_per_min": LEFT_OUT_ML_PER_MIN}


if __name__ == "__main__":
    print(json.dumps(predicted()))
