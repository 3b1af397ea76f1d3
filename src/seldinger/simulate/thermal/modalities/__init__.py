"""Modalities as the engine takes them: a page each; a new one stands here too."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.core.errors import SimulationError
from seldinger.simulate.thermal.modalities.cryo import CRYO
from seldinger.simulate.thermal.modalities.microwave import MICROWAVE
from seldinger.simulate.thermal.modalities.radiofrequency import RADIOFREQUENCY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.simulate.thermal.modalities.base import Modality
    from seldinger.simulate.thermal.setup import Placed

MODALITIES: Mapping[str, Modality] = MappingProxyType(
    {one.name: one for one in (MICROWAVE, RADIOFREQUENCY, CRYO)}
)


def find_modality(placed: Sequence[Placed]) -> Modality:
    """The modality of some applicators; ``SimulationError`` where they are of several."""
    names = sorted({one.applicator.modality for one in placed})
    if len(names) > 1:
        raise SimulationError(f"applicators of one kind at a time, got {', '.join(names)}")
    return MODALITIES[names[0]]
