"""Tree: the vessels that particles travel: a network of flow with calibres, lengths and beds.

Blocked vessels and beds are part of it, so that one injection follows another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.physics.flow.boundaries import (
    BedBoundary,
    PressureBoundary,
    ResistanceBoundary,
    Waveform,
)
from seldinger.physics.flow.elements import BLOOD, poiseuille_mmhg_s_per_ml
from seldinger.physics.flow.network import Lumen, Network, Vessel
from seldinger.physics.particles.beds import Bed, Generations, branch_beds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seldinger.physics.drain_flow import Fluid

    Floats = NDArray[np.float64]

_MM3_PER_ML = 1e3


@dataclass(frozen=True, slots=True, eq=False)
class ParticleTree:
    """Vessels in the order of their network, v of them, and b beds in the order of theirs.

    Attributes:
        network: without loops; every vessel has a lumen. A flow that is given at the root
            cannot fall, so that an injection there never meets stasis: give the pressure.
        length_mm: (v,).
        beds: (b,) how particles find them.
        kept: (v,) share of each vessel's conductance that is left; 0 where it is closed.
        lodged: (b, g) particles in each generation of each bed; None before the first.
        diameter_mm: (v,).
        calibre_mm: (v,) at the narrowest.
        generations: of the beds.

    Raises:
        SimulationError: on construction: a loop, an unknown calibre, another number of lengths or
            beds; what is allowed and what to do.
    """

    network: Network
    length_mm: Floats
    beds: tuple[Bed, ...]
    kept: Floats
    lodged: Floats | None = None
    diameter_mm: Floats = field(init=False)
    calibre_mm: Floats = field(init=False)
    generations: Generations = field(init=False)

    __repr__ = short_repr

    def __post_init__(self) -> None:
        vessels = self.network.vessels
        _check_tree(self.network)
        lumens = [_lumen(vessel) for vessel in vessels]
        for name, low, values in (("length_mm", 1e-9, self.length_mm), ("kept", 0.0, self.kept)):
            if np.shape(values) != (len(vessels),) or not (
                np.isfinite(values).all() and (values >= low).all()
            ):
                raise SimulationError(
                    f"{name} has shape {np.shape(values)} and must be one number for each of the "
                    f"{len(vessels)} vessels, finite and not below {low:g}: complete it"
                )
        calibre = np.array([lumen.narrowest_mm for lumen in lumens])
        found = branch_beds(self.beds, _entries_mm(self.network, self.beds, calibre))
        if self.lodged is not None and self.lodged.shape != found.calibre_mm.shape:
            raise SimulationError(
                f"particles lodge in {self.lodged.shape} generations and the beds have "
                f"{found.calibre_mm.shape}: give none, or those of the same beds"
            )
        object.__setattr__(self, "diameter_mm", np.array([one.diameter_mm for one in lumens]))
        object.__setattr__(self, "calibre_mm", calibre)
        object.__setattr__(self, "generations", found)

    @classmethod
    def from_network(
        cls,
        network: Network,
        length_mm: NDArray[np.float64] | Sequence[float],
        beds: Sequence[Bed] = (),
    ) -> ParticleTree:
        """A tree of ``network``.

        Args:
            network: with lumens.
            length_mm: (v,) of its vessels.
            beds: in any order; a bed of the network that is not among them has no organ, no shunt
                and the assumed branching.

        Raises:
            SimulationError: as on construction, or a bed that the network does not have.
        """
        told = {bed.name: bed for bed in beds}
        names = [b.name for b in network.boundaries if isinstance(b, BedBoundary)]
        unknown = [name for name in told if name not in names]
        if unknown:
            raise SimulationError(
                f"no bed of the network is called {unknown[0]!r}; there are {len(names)}, "
                f"{', '.join(names[:3])} among them: take one of their names"
            )
        own = tuple(told.get(name, Bed(name)) for name in names)
        length = np.asarray(length_mm, np.float64)
        return cls(network, length, own, np.ones(len(network.vessels)))

    @property
    def names(self) -> tuple[str, ...]:
        """Of the vessels."""
        return tuple(vessel.name for vessel in self.network.vessels)

    @property
    def volume_ml(self) -> Floats:
        """(v,) of the lumens."""
        found: Floats = math.pi / 4.0 * self.diameter_mm**2 * self.length_mm / _MM3_PER_ML
        return found

    def begun_lodged(self) -> Floats:
        """(b, g) particles in the generations of the beds, a copy."""
        if self.lodged is None:
            return np.zeros(self.generations.calibre_mm.shape)
        return self.lodged.copy()

    def number_of(self, name: str) -> int:
        """Number of the vessel called ``name``.

        Raises:
            SimulationError: there is none.
        """
        names = self.names
        if name not in names:
            raise SimulationError(
                f"no vessel is called {name!r}; there are {len(names)}, {', '.join(names[:3])} "
                "among them: take one of their names"
            )
        return names.index(name)

    def occlude(self, kept: Mapping[str, float]) -> ParticleTree:
        """The same tree with coils, plugs or gelatin in some vessels.

        Args:
            kept: share of the vessel's present conductance that is left, by name; 0 closes it.

        Raises:
            SimulationError: no such vessel, or a share outside 0 to 1.
        """
        left = self.kept.copy()
        for name, share in kept.items():
            if not 0.0 <= share <= 1.0:
                raise SimulationError(
                    f"{name} keeps {share:g} of its conductance; from 0, which closes it, to 1"
                )
            left[self.number_of(name)] *= share
        return replace(self, kept=left)


def plain_tree(
    parent: Sequence[int],
    diameter_mm: Sequence[float],
    length_mm: Sequence[float],
    bed_mmhg_s_per_ml: Mapping[int, float],
    pressures_mmhg: tuple[float, float],
    *,
    names: Sequence[str] = (),
    beds: Sequence[Bed] = (),
    fluid: Fluid = BLOOD,
) -> ParticleTree:
    """A tree of straight tubes under a given pressure; resistances are Poiseuille's.

    Args:
        parent: (v,) number of the vessel that feeds each; -1 of the one at the root.
        diameter_mm: (v,).
        length_mm: (v,).
        bed_mmhg_s_per_ml: by number of every vessel without a daughter.
        pressures_mmhg: at the root, and behind the beds.
        names: (v,) of the vessels; "v0", "v1" and so on unless given. A bed is called as its
            vessel, with "bed " before it.
        beds: how particles find them.
        fluid: what flows.

    Raises:
        SimulationError: the numbers make no tree.
    """
    called = list(names) or [f"v{n}" for n in range(len(parent))]
    roots = [n for n, above in enumerate(parent) if above < 0]
    if not len(called) == len(parent) == len(diameter_mm) == len(length_mm) or len(roots) != 1:
        raise SimulationError(
            f"{len(parent)} parents, {len(diameter_mm)} diameters, {len(length_mm)} lengths, "
            f"{len(called)} names and {len(roots)} roots: one of each a vessel, and one root"
        )
    inlet, behind = pressures_mmhg
    try:
        at = ["root" if above < 0 else f"end of {called[above]}" for above in parent]
        vessels = tuple(
            Vessel(
                called[n], at[n], f"end of {called[n]}",
                poiseuille_mmhg_s_per_ml(length_mm[n], wide / 2.0, wide / 2.0, fluid),
                lumen=Lumen(wide, wide),
            )
            for n, wide in enumerate(diameter_mm)
        )  # fmt: skip
        drains = [
            ResistanceBoundary(f"bed {called[n]}", f"end of {called[n]}", resistance, behind)
            for n, resistance in bed_mmhg_s_per_ml.items()
        ]
        drive = PressureBoundary("inlet", "root", Waveform((inlet,)))
        network = Network(vessels, (drive, *drains))
    except (ValueError, IndexError) as wrong:
        raise SimulationError(f"these vessels make no tree: {wrong}") from wrong
    return ParticleTree.from_network(network, length_mm, beds)


def _check_tree(network: Network) -> None:
    rings = len(network.vessels) - len(network.nodes) + 1
    if rings:
        raise SimulationError(
            f"the vessels run in {rings} ring(s); particles are followed through trees: cut the "
            "ring where flow stands, or leave a collateral out"
        )


def _lumen(vessel: Vessel) -> Lumen:
    if vessel.lumen is None:
        raise SimulationError(
            f"vessel {vessel.name} has no lumen, so that nobody can say what lodges there: measure "
            "its diameter"
        )
    return vessel.lumen


def _entries_mm(network: Network, beds: Sequence[Bed], calibre: Floats) -> Floats:
    """(b,) calibre before each bed: of the vessels at its node, the narrowest."""
    drains = [b for b in network.boundaries if isinstance(b, BedBoundary)]
    if [bed.name for bed in beds] != [drain.name for drain in drains]:
        raise SimulationError(
            f"{len(beds)} beds are told and the network has {len(drains)}; they are the same, in "
            "the same order: make the tree by from_network"
        )
    narrowest = dict.fromkeys(network.nodes, math.inf)
    for vessel, mm in zip(network.vessels, calibre, strict=True):
        for node in (vessel.start, vessel.end):
            narrowest[node] = min(narrowest[node], float(mm))
    return np.array([narrowest[drain.node] for drain in drains], np.float64)
