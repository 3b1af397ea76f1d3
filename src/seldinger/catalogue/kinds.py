"""Kinds of devices: what the word ``kind`` of a page of devices stands for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from seldinger.catalogue.model import (
    AccessNeedle,
    BoneNeedle,
    CoaxialIntroducer,
    CoreNeedle,
    Device,
    FineNeedle,
    Guidewire,
    PigtailDrain,
    TrocarDrain,
)
from seldinger.catalogue.occluders import Coil, VascularPlug
from seldinger.catalogue.spine import BoneBalloon, BoneCannula
from seldinger.catalogue.vascular import (
    AngioplastyBalloon,
    BalloonExpandableStent,
    ClosureDevice,
    DiagnosticCatheter,
    DrugCoatedBalloon,
    GuideCatheter,
    IntroducerSheath,
    Microcatheter,
    SelfExpandingStent,
    VascularGuidewire,
)
from seldinger.catalogue.venous import CavalFilter, ClotRemover, InfusionCatheter

KINDS: Mapping[str, type[Device]] = MappingProxyType(
    {
        "core-needle": CoreNeedle,
        "coaxial-introducer": CoaxialIntroducer,
        "fine-needle": FineNeedle,
        "access-needle": AccessNeedle,
        "guidewire": Guidewire,
        "drain": PigtailDrain,
        "trocar-drain": TrocarDrain,
        "bone-needle": BoneNeedle,
        "introducer-sheath": IntroducerSheath,
        "guide-catheter": GuideCatheter,
        "diagnostic-catheter": DiagnosticCatheter,
        "microcatheter": Microcatheter,
        "vascular-guidewire": VascularGuidewire,
        "angioplasty-balloon": AngioplastyBalloon,
        "drug-coated-balloon": DrugCoatedBalloon,
        "balloon-expandable-stent": BalloonExpandableStent,
        "self-expanding-stent": SelfExpandingStent,
        "caval-filter": CavalFilter,
        "infusion-catheter": InfusionCatheter,
        "clot-remover": ClotRemover,
        "coil": Coil,
        "vascular-plug": VascularPlug,
        "closure-device": ClosureDevice,
        "bone-cannula": BoneCannula,
        "bone-balloon": BoneBalloon,
    }
)
"""What a device's ``kind`` says -> what it has."""
