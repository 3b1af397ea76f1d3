"""Trees for tests: a fork, a comb, a symmetric tree of Murray's law, random trees by hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from seldinger.physics.particles.beds import Bed
from seldinger.physics.particles.injection import CatheterTip, Suspension
from seldinger.physics.particles.settings import InjectionSettings
from seldinger.physics.particles.sizes import SphereSizes
from seldinger.physics.particles.tree import ParticleTree, plain_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

FREE = InjectionSettings(stasis_share=0.0, batches=1, most_fall=1.0)
"""One batch: nothing that lodges turns away what follows."""


def fork(
    left: float = 100.0, right: float = 100.0, width: float = 2.0, beds: Sequence[Bed] = ()
) -> ParticleTree:
    """A trunk and two branches, whose beds have the resistances told."""
    return plain_tree(
        [-1, 0, 0], [3.0, width, width], [30.0, 20.0, 20.0], {1: left, 2: right}, (95.0, 5.0),
        names=["trunk", "left", "right"], beds=beds,
    )  # fmt: skip


def murray(levels: int = 6, root_mm: float = 4.0, bed: float = 30.0, **own: Any) -> ParticleTree:
    """2^levels - 1 vessels."""
    count = 2**levels - 1
    width = [root_mm * 2.0 ** (-((n + 1).bit_length() - 1) / 3.0) for n in range(count)]
    leaves = range(count // 2, count)
    beds = [Bed(f"bed v{n}", f"organ {n % 2}", **own) for n in leaves]
    return plain_tree(
        [-1, *((n - 1) // 2 for n in range(1, count))], width, [8.0 * one for one in width],
        {n: bed * len(leaves) for n in leaves}, (95.0, 5.0), beds=beds,
    )  # fmt: skip


def spheres(um: float, held: int = 10_000, volume_ml: float = 10.0) -> Suspension:
    return Suspension(SphereSizes.fixed(um), held, volume_ml, 1.2)


def at(vessel: str, rate: float = 0.05, inner_um: float = 2_000.0) -> CatheterTip:
    return CatheterTip(vessel, rate, inner_um)


@st.composite
def random_trees(draw: Any) -> ParticleTree:
    """Up to a dozen vessels, no daughter wider than its mother."""
    count = draw(st.integers(1, 12))
    parent = [-1, *(draw(st.integers(0, n - 1)) for n in range(1, count))]
    width: list[float] = []
    for above in parent:
        most = 5.0 if above < 0 else width[above]
        width.append(most * draw(st.floats(0.4, 1.0)))
    ends = sorted(set(range(count)) - set(parent))
    resistances = {n: draw(st.floats(20.0, 2_000.0)) for n in ends}
    beds = [Bed(f"bed v{n}", shunt_share=draw(st.sampled_from([0.0, 0.3]))) for n in ends]
    return plain_tree(parent, width, [10.0] * count, resistances, (95.0, 5.0), beds=beds)
