"""Modalities as the planner takes them: a page each; a new one stands here too."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.plan.treatments.ablation.modalities.cryo import CRYO
from seldinger.plan.treatments.ablation.modalities.microwave import MICROWAVE
from seldinger.plan.treatments.ablation.modalities.radiofrequency import RADIOFREQUENCY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.plan.treatments.ablation.modalities.base import Modality

MODALITIES: Mapping[str, Modality] = MappingProxyType(
    {one.name: one for one in (MICROWAVE, RADIOFREQUENCY, CRYO)}
)
"""In the order of an organ that no rule knows."""
