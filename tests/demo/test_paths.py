"""The built-in patient has the ways in that planners are tested on, by analytic truth alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from seldinger.demo.body import coats
from seldinger.demo.truth import Truth, collect_truth, sample_segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.core.space import Vector

FAT = frozenset({"body", "subcutaneous_fat", "body_wall", "intra_abdominal_fat"})


@dataclass(frozen=True, slots=True)
class Way:
    """A straight way from the skin to a target."""

    entry: Vector
    depth_mm: float
    tissues: frozenset[str]


@lru_cache(maxsize=1)
def truth() -> Truth:
    return collect_truth(coats())


def centre(name: str) -> Vector:
    low, high = truth().solid(name).bounds
    x, y, z = (float(c) for c in np.add(low, high) / 2.0)
    return x, y, z


def ways(target: Vector, azimuths_deg: range, tilts_deg: range) -> Iterator[Way]:
    """Ways out from ``target``: 0 degrees leads straight to the front, 90 to the right side."""
    for azimuth in np.deg2rad(azimuths_deg):
        for tilt in np.deg2rad(tilts_deg):
            flat = np.array([-np.sin(azimuth), -np.cos(azimuth), 0.0])
            towards = np.cos(tilt) * flat + np.array([0.0, 0.0, np.sin(tilt)])
            entry = truth().skin_point(target, towards.tolist())
            depth = float(np.linalg.norm(np.subtract(entry, target)))
            yield Way(
                entry, depth, frozenset(truth().tissue_at(sample_segment(entry, target, 1.0)))
            )


def clear(way: Way, target: Vector, least_mm: dict[str, float]) -> bool:
    """Whether the way keeps its distance from everything named; names in order of cost."""
    return all(truth().clearance_mm(n, way.entry, target) >= d for n, d in least_mm.items())


def test_the_liver_tumour_can_be_reached_through_liver_between_or_below_the_ribs() -> None:
    target = centre("liver-tumour-1")
    lesion = {n for n in truth().solids if n.startswith("liver-tumour-1")}
    distances = {"liver_vessels": 8.0, "portal_vein_and_splenic_vein": 8.0, "ribs": 3.0}
    safe = (
        w
        for w in ways(target, range(20, 100, 5), range(-24, 25, 4))
        if w.tissues <= FAT | {"diaphragm", "liver"} | lesion
        and "liver" in w.tissues
        and 50.0 <= w.depth_mm <= 110.0
        and clear(w, target, distances)
    )
    found = list(islice(safe, 12))
    assert len(found) == 12
    assert clear(found[0], target, {"lungs": 5.0})


def test_ribs_block_some_ways_to_the_liver_tumour() -> None:
    fan = list(ways(centre("liver-tumour-1"), range(60, 120, 15), range(-20, 41, 4)))
    blocked = [w for w in fan if any(t.startswith("rib_") for t in w.tissues)]
    assert 0 < len(blocked) < len(fan)


def test_the_deep_abscess_can_be_reached_through_fat_alone_but_not_from_straight_ahead() -> None:
    target = centre("abscess-deep")
    free = (
        w
        for w in ways(target, range(0, 90, 5), range(-20, 21, 5))
        if w.tissues <= FAT | {"abscess-deep", "abscess-deep-pus"}
        and 80.0 <= w.depth_mm <= 130.0
        and clear(w, target, {"bowel": 8.0})
    )
    assert len(list(islice(free, 5))) == 5
    (ahead,) = ways(target, range(1), range(1))
    assert "small_bowel_unlabelled" in ahead.tissues


def test_the_superficial_abscess_lies_just_under_the_wall() -> None:
    target = centre("abscess-superficial")
    fan = list(ways(target, range(-60, 30, 10), range(-20, 21, 10)))
    pus = {"abscess-superficial", "abscess-superficial-pus"}
    assert len([w for w in fan if w.tissues <= FAT | pus]) >= 5
    before = []
    for way in fan:
        line = sample_segment(way.entry, target)
        outside = ~truth().contains("abscess-superficial", line)
        before.append(way.depth_mm * outside.mean())
    assert 15.0 < min(before) < 35.0


def test_the_lung_nodule_can_be_reached_between_ribs_without_crossing_a_fissure() -> None:
    target = centre("lung-nodule-1")
    free = (
        w
        for w in ways(target, range(70, 150, 4), range(-20, 21, 4))
        if w.tissues <= FAT | {"lung_lower_lobe_right", "lung-nodule-1"}
        and w.depth_mm <= 110.0
        and clear(w, target, {"ribs": 2.0, "lung_vessels": 5.0})
    )
    assert len(list(islice(free, 8))) == 8
    others = {"lung_upper_lobe_right", "lung_middle_lobe_right"}
    assert any(others & w.tissues for w in ways(target, range(0, 60, 20), range(0, 50, 20)))
