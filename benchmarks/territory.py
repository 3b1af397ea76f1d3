"""Territories: a liver of 200 voxels along each edge with some 600 terminals, then new places.

And a whole plan of a chemoembolization.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger import anatomy, plan
from seldinger.anatomy.territory import Partition, partition_organ, perfuse
from seldinger.core.space import Grid
from seldinger.demo.embolization import embolization_patient, grow_arteries

if TYPE_CHECKING:
    from seldinger.anatomy import Anatomy
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask
    from seldinger.plan.declared import DemoCase

_EDGE = 200


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A liver and its arteries."""

    organ: Mask
    grid: Grid
    tree: Tree

    @property
    def terminals(self) -> int:
        """Last branches in it."""
        return len({int(n) for n in self.part().sources.edge})

    def part(self) -> Partition:
        """The liver parted."""
        return partition_organ(self.organ, self.grid, self.tree)


def task() -> Task:
    """The box around the terminals of the built-in liver, all of it within 14 mm of one."""
    crown = grow_arteries(0.0)
    places = crown.terminals_lps_mm
    low, high = places.min(axis=0) - 10.0, places.max(axis=0) + 10.0
    spacing = float((high - low).max() / (_EDGE - 1))
    grid = Grid.aligned((_EDGE,) * 3, spacing, tuple(float(x) for x in low))
    from scipy.spatial import cKDTree

    points = grid.to_lps(np.argwhere(np.ones(grid.shape, dtype=bool)).astype(float))
    away, _ = cKDTree(places).query(points, distance_upper_bound=14.0)
    return Task(np.isfinite(away).reshape(grid.shape), grid, crown.tree)


def place(parted: Partition, tree: Tree) -> None:
    """Ten places of a catheter."""
    edges = [n for n in parted.edges if tree.edges[n].name.startswith("segment 5")][:10]
    for edge in edges:
        perfuse(parted, tree, edge)


@dataclass(frozen=True, slots=True, eq=False)
class WholePlan:
    """A chemoembolization of the built-in patient, planned from his traced arteries."""

    anatomy: Anatomy
    case: DemoCase

    @property
    def places(self) -> int:
        """Stretches of artery that something can be given into."""
        assert self.anatomy.vessels is not None  # noqa: S101  he has arteries
        return len(self.anatomy.vessels.edges)

    def propose(self) -> None:
        """Places, beads, drug, and a way in."""
        told = plan.Settings(answers=self.case.answers, options=self.case.options)
        plan.propose("chemoembolization", self.anatomy, self.case.target, settings=told)


def whole_plan() -> WholePlan:
    """Arteries traced to 0.5 mm, a lattice of 2 mm."""
    patient = embolization_patient(2.0)
    case = plan.load_procedures()["chemoembolization"].demo[0]
    return WholePlan(patient.build_anatomy(anatomy.Settings(voxel_mm=2.0)), case)
