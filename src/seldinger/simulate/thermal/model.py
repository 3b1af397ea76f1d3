"""The heat model: applicators in a heat scene as the thermal engine takes them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.catalogue import tissues as shelf
from seldinger.physics.thermal.bodies import FixedBody, Programme
from seldinger.physics.thermal.model import Model, SteadyFlow, VascularStasis
from seldinger.simulate.thermal.modalities import find_modality
from seldinger.simulate.thermal.modalities.radiofrequency import build_circuit
from seldinger.simulate.thermal.setup import BODY_C, CHART, PHYSIOLOGICAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.catalogue.applicators import Applicator
    from seldinger.physics.thermal.model import Flow
    from seldinger.physics.thermal.properties import Tissue
    from seldinger.simulate.thermal.scene import HeatScene
    from seldinger.simulate.thermal.setup import Biology, Changes, Placed

STOPPING_LAW = "arrhenius-liver"
"""Stops vessels where the law that is followed says nothing of them."""
_DRY_SHARE = 0.5
"""Dry tissue is given at least this share of the wet heat capacity: steps may be four times longer,
and the edge of a zone moves by less than 0.02 mm."""


def build_model(
    scene: HeatScene, placed: Sequence[Placed], biology: Biology, mode: str, changes: Changes
) -> Model:
    """What the engine computes: tissues, blood, what is held, what heats.

    Args:
        scene: the block.
        placed: applicators of one modality.
        biology: what is called dead, and what blood does.
        mode: of the run.
        changes: of this sample.

    Raises:
        SimulationError, CatalogueError, ValueError: the engine cannot have it so.
    """
    kind, modality = placed[0].applicator, find_modality(placed)
    tuned = [
        modality.tune(replace(one, name=f"{modality.part} {n}"), biology, changes)
        for n, one in enumerate(placed, start=1)
    ]
    flow: Flow = SteadyFlow()
    if mode == PHYSIOLOGICAL and modality.stops_vessels:
        # Dose says nothing of vessels: an Arrhenius law stops them.
        law = STOPPING_LAW if biology.law == "cem43" else biology.law
        flow = VascularStasis(law, biology.stopped_share)
    blood = Programme.constant(BODY_C)
    vessels = [FixedBody("vessels", scene.vessels, blood)] if scene.vessels.any() else []
    made = modality.build(scene.grid, tuned).share_cells(scene.grid, vessels)
    return Model(
        grid=scene.grid,
        material=scene.material,
        tissues=tuple(_tissue(n, kind, mode, changes, cold=modality.cold) for n in scene.tissues),
        blood=shelf.blood(BODY_C, changes.edits),
        flow=flow,
        frost=biology.frost if modality.cold else None,
        sources=made.sources,
        bodies=made.bodies,
        initial_c=BODY_C,
        radiofrequency=build_circuit(scene, placed, made, biology.electric, changes),
    )


def _tissue(name: str, kind: Applicator, mode: str, changes: Changes, *, cold: bool) -> Tissue:
    """A tissue as this mode and this sample have it."""
    made = shelf.physical(name, changes.edits, freezes=cold, boils=not cold)
    perfusion, boiling = made.perfusion_per_s, made.boiling
    if boiling is not None:
        inert = max(boiling.capacity_j_per_m3_k, _DRY_SHARE * made.capacity_j_per_m3_k)
        boiling = replace(boiling, capacity_j_per_m3_k=inert)
    told = f"{name}.perfusion_per_s" in changes.edits
    if mode == CHART and kind.fit is not None and name in _CALIBRATED and not told:
        perfusion = kind.fit.perfusion_per_s
    return replace(
        made,
        perfusion_per_s=perfusion * changes.perfusion,
        conductivity_w_per_m_k=made.conductivity_w_per_m_k * changes.conductivity,
        capacity_j_per_m3_k=made.capacity_j_per_m3_k * changes.capacity,
        boiling=boiling,
    )


_CALIBRATED = frozenset(
    {"liver", "liver_tumour", "kidney", "lung_inflated", "lung_deflated", "lung_flooded"}
)
"""Tissues that stand for the one a table was fitted in."""
