"""3D Slicer gets every path and the target, in LPS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from seldinger.report import slicer

if TYPE_CHECKING:
    from seldinger.plan.model import Plan


def test_every_path_is_a_line_from_entry_to_aim(plan: Plan) -> None:
    data = json.loads(slicer.to_markups(plan))
    assert data["@schema"].endswith("markups-schema-v1.0.3.json#")
    *lines, target = data["markups"]
    assert len(lines) == len(plan.approach.paths)
    for line, path in zip(lines, plan.approach.paths, strict=True):
        assert (line["type"], line["coordinateSystem"], line["coordinateUnits"]) == (
            "Line",
            "LPS",
            "mm",
        )
        entry, aim = (p["position"] for p in line["controlPoints"])
        assert entry == [round(c, 3) for c in path.entry_lps_mm]
        assert aim == [round(c, 3) for c in path.target_lps_mm]
    assert "RESCAN FIRST" in lines[3]["controlPoints"][0]["description"]
    assert target["type"] == "Fiducial"
    assert target["controlPoints"][0]["position"] == list(plan.target.centre_lps_mm)


def test_without_a_path_the_target_remains(blocked: Plan) -> None:
    assert [m["type"] for m in json.loads(slicer.to_markups(blocked))["markups"]] == ["Fiducial"]
