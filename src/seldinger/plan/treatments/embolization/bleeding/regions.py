"""Regions: spleen, pelvis, gut and others: how each is closed, and which facts are told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seldinger.plan.treatments.embolization.bleeding.spared import is_nameless

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class BleedingRegion:
    """What is read of an organ that bleeds.

    Attributes:
        name: in words.
        organs: our terms.
        trunk: what the artery is called that feeds all of it; "" where none is closed as a whole.
        after: word of the branch beyond which its trunk is closed, and
        before: of the branch before which; "" where nobody said.
        when_facts, selective_facts, proximal_facts: who is embolized; and what came of each way.
        harm_facts: of tissue that lost its blood.
        after_facts: what is watched and given afterwards.
        refill_facts: of that far side.
    """

    name: str
    organs: frozenset[str] = frozenset()
    trunk: str = ""
    after: str = ""
    before: str = ""
    when_facts: tuple[str, ...] = ()
    selective_facts: tuple[str, ...] = ()
    proximal_facts: tuple[str, ...] = ()
    harm_facts: tuple[str, ...] = ()
    after_facts: tuple[str, ...] = ()
    refill_facts: tuple[str, ...] = field(default=())


def _list(prefix: str, *names: str) -> tuple[str, ...]:
    return tuple(f"haemostasis.{prefix}.{name}" for name in names)


SPLEEN = BleedingRegion(
    name="spleen", organs=frozenset({"spleen"}), trunk="splenic artery", after="dorsal pancreatic",
    before="great pancreatic",
    when_facts=_list("spleen", "pseudoaneurysm.rupture"),
    selective_facts=_list("spleen", "success.distal", "severe.distal", "infarct.distal",
                          "distal_lesion.major.proximal"),
    proximal_facts=_list("spleen", "success.proximal", "severe.proximal", "infarct.proximal",
                         "site.place", "coil.migrated"),
    harm_facts=_list("spleen", "severe.proximal_over_distal", "minor.distal"),
    after_facts=_list("spleen", "vaccine.routine", "immune.preserved", "abscess.no_antibiotic",
                      "abscess.antibiotic"),
)  # fmt: skip
PELVIS = BleedingRegion(
    name="pelvis", organs=frozenset({"uterus", "prostate", "urinary bladder"}),
    trunk="internal iliac artery",
    when_facts=_list("pelvis", "east.unstable", "east.blush", "blush.predicts"),
    selective_facts=_list("pelvis", "success", "agent.gelatin", "gluteal.selective_none"),
    proximal_facts=_list("pelvis", "success", "nonselective.when", "agent.gelatin"),
    harm_facts=_list("pelvis", "gluteal.nonselective", "gluteal.spared"),
    after_facts=_list("pelvis", "mortality"),
)  # fmt: skip
LOWER_GUT = BleedingRegion(
    name="lower gut", organs=frozenset({"colon", "small bowel", "rectum"}),
    when_facts=_list("lower_gut", "acr.extravasation", "bsg.ct", "acg.colonoscopy",
                     "acg.radiology"),
    selective_facts=_list("lower_gut", "ultraselective.success", "microcoil.success", "rebleeding"),
    harm_facts=_list("lower_gut", "ultraselective.ischaemia", "microcoil.ischaemia",
                     "glue.several", "vasa_recta.most"),
)  # fmt: skip
UPPER_GUT = BleedingRegion(
    name="upper gut", organs=frozenset({"stomach", "duodenum"}), trunk="gastroduodenal artery",
    when_facts=_list("upper_gut", "surgery.rebleeding", "surgery.mortality"),
    selective_facts=_list("upper_gut", "technical", "rebleeding", "mortality"),
    proximal_facts=_list("upper_gut", "technical", "rebleeding", "empiric.success"),
    after_facts=_list("upper_gut", "collateral"),
    refill_facts=_list("upper_gut", "sandwich"),
)  # fmt: skip
LIVER = BleedingRegion(
    name="liver", organs=frozenset({"liver"}), trunk="hepatic artery",
    selective_facts=_list("liver", "success"),
    harm_facts=_list("liver", "necrosis", "abscess"),
)  # fmt: skip
KIDNEY = BleedingRegion(
    name="kidney", organs=frozenset({"left kidney", "right kidney", "kidneys"}),
    trunk="renal artery",
    selective_facts=_list("kidney", "success", "nephrectomy"),
    harm_facts=_list("kidney", "post_embolization", "function"),
)  # fmt: skip
OTHER = BleedingRegion(
    name="other", when_facts=_list("any", "indicated"),
    selective_facts=_list("any", "trauma.success"),
)  # fmt: skip
REGIONS = (SPLEEN, PELVIS, LOWER_GUT, UPPER_GUT, LIVER, KIDNEY)
_WORDS = (
    (PELVIS, ("internal iliac", "gluteal", "obturator", "pudendal", "lateral sacral", "iliolumbar",
              "uterine", "vesical", "prostatic", "middle rectal")),
    (UPPER_GUT, ("gastroduodenal", "gastric", "gastroepiploic", "pancreaticoduodenal")),
    (SPLEEN, ("splenic",)),
    (LIVER, ("hepatic", "cystic", "segment")),
    (KIDNEY, ("renal",)),
    (LOWER_GUT, ("colic", "mesenteric", "marginal", "vas rectum", "vasa recta", "jejunal", "ileal",
                 "sigmoid", "rectal")),
)  # fmt: skip
_NOT = ("adrenal", "suprarenal")


def find_region(
    organ: str | None, arteries: Iterable[str], *, feeds: bool = True
) -> BleedingRegion:
    """Where it bleeds.

    Args:
        organ: that the bleeding lies in; None: in none that is labelled.
        arteries: names of those that lead to it, the nearest first; where no label of an organ
            tells, the nearest that has a name does.
        feeds: the arteries end in that organ. One that only passes by it tells by its own name;
            but what lies in a spleen is judged as a spleen.
    """
    found = next((one for one in REGIONS if organ in one.organs), None)
    if found is SPLEEN or (found is not None and feeds):
        return found
    named = _find_by_names(arteries)
    return found if found is not None and named is OTHER else named


def _find_by_names(arteries: Iterable[str]) -> BleedingRegion:
    for name in arteries:
        for region, words in _WORDS:
            if any(word in name for word in words) and not any(word in name for word in _NOT):
                return region
        if not is_nameless(name):
            return OTHER
    return OTHER
