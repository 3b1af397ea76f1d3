"""Where a target lies, in the few words that decide how it is reached and sampled."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from seldinger.anatomy.model import Kind

if TYPE_CHECKING:
    from seldinger.plan.approach.percutaneous.model import NeedleCase


class Site(StrEnum):
    """What surrounds the target."""

    LIVER = "liver"
    LUNG = "lung"
    KIDNEY = "kidney"
    BONE = "bone"
    RETROPERITONEUM = "retroperitoneum"
    OTHER = "node or soft tissue"


_RETROPERITONEAL = ("pancreas", "adrenal", "iliopsoas", "psoas", "aorta", "vena cava", "duodenum")
_BONES = ("bone", "vertebra", "ribs", "sacrum", "pelvis", "femur", "sternum", "scapula", "clavicle")


def find_site(case: NeedleCase) -> Site:
    """The site of the target: by the kind of its organ if that is labelled, else by its name."""
    organ = case.target.organ
    if organ is None:
        return Site.OTHER
    if case.anatomy.has(organ):
        kind = case.anatomy.get_structure(organ).kind
        if kind in (Kind.LUNG, Kind.LOBE):
            return Site.LUNG
        if kind is Kind.BONE:
            return Site.BONE
    for words, site in (
        (("liver",), Site.LIVER),
        (("lung",), Site.LUNG),
        (("kidney",), Site.KIDNEY),
        (_BONES, Site.BONE),
        (_RETROPERITONEAL, Site.RETROPERITONEUM),
    ):
        if any(word in organ.lower() for word in words):
            return site
    return Site.OTHER
