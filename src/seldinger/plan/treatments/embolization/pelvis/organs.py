"""Organs: womb and prostate, and which facts are told of each."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class PelvicOrgan:
    """What is embolized, and what is read of it.

    Attributes:
        name: our term of the organ.
        technique: in words.
        lesions: our term of what in it is shrunk; "" where that is the organ.
        followed: what volumes are followed of, the target first: words of ``forecast``.
        artery: what its artery is called, without the side.
        sizes: by agent, id of the class that is taken where none is told.
        range_fact: sizes of spheres that are advised.
        size_facts: told with the size.
        one_side_facts, end_facts, harm_facts, result_facts: likewise, each with what it is of.
        supply_facts: of other arteries that may feed it.
        spared: what must not be hit, in words.
    """

    name: str
    technique: str
    lesions: str
    followed: tuple[str, ...]
    artery: str
    sizes: Mapping[str, str]
    range_fact: str
    size_facts: tuple[str, ...]
    one_side_facts: tuple[str, ...]
    end_facts: tuple[str, ...]
    harm_facts: tuple[str, ...]
    result_facts: tuple[str, ...]
    supply_facts: tuple[str, ...]
    spared: str


UTERUS = PelvicOrgan(
    name="uterus",
    technique="fibroid embolization",
    lesions="uterine fibroid",
    followed=("fibroid", "uterus"),
    artery="uterine artery",
    sizes=MappingProxyType(
        {
            "embosphere": "embolization.size.embosphere.500_700",
            "pva": "embolization.size.pva.355_500",
            "gelatin": "embolization.size.gelatin.500_700",
        }
    ),
    range_fact="embolization.ufe.plexus",
    size_facts=(
        "embolization.ufe.plexus",
        "embolization.ufe.agents.same",
        "embolization.ufe.pva_or_spheres",
    ),
    one_side_facts=("embolization.ufe.success",),
    end_facts=("embolization.ufe.end_point", "embolization.ufe.success"),
    harm_facts=(
        "embolization.ufe.amenorrhoea.under_40",
        "embolization.ufe.amenorrhoea.from_50",
        "outcome_ufe.emmy.major.embolization",
        "outcome_ufe.hysterectomy_5y",
    ),
    result_facts=(
        "volumetry.uterus.early_rise",
        "volumetry.fibroid.gelatin_12mo",
        "volumetry.fibroid.review_12mo",
        "volumetry.fibroid.diameter_12mo",
    ),
    supply_facts=(
        "embolization.ufe.anastomosis.one",
        "embolization.ufe.anastomosis.two",
        "embolization.ufe.anastomosis.three",
    ),
    spared="ovary, bladder, vagina or gluteal muscle",
)
PROSTATE = PelvicOrgan(
    name="prostate",
    technique="prostate embolization",
    lesions="",
    followed=("prostate",),
    artery="prostatic artery",
    sizes=MappingProxyType(
        {
            "embosphere": "embolization.size.embosphere.300_500",
            "pva": "embolization.size.pva.355_500",
        }
    ),
    range_fact="embolization.pae.first_size",
    size_facts=(
        "embolization.pae.first_size",
        "embolization.pae.size.score",
        "embolization.pae.size.volume",
        "embolization.pae.small_spheres.complications",
        "embolization.pae.small_spheres.infarction",
    ),
    one_side_facts=("outcome_pae.unilateral", "embolization.pae.two_sizes.unilateral"),
    end_facts=(),
    harm_facts=("embolization.pae.small_spheres.complications",),
    result_facts=(
        "outcome_pae.volume.review",
        "outcome_pae.volume.meta",
        "outcome_pae.ipss_6mo",
        "outcome_pae.cochrane.scope",
    ),
    supply_facts=(),
    spared="bladder, rectum, penis or gluteal muscle",
)
