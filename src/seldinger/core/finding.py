"""A finding: a rule, whether it holds, and everything a reader needs to distrust it.

One for plan and care alike; what each writes of it stands where its file is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.core.verdict import Severity, Status


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says here.

    Attributes:
        id: of the rule, e.g. "loop-inside" or "sir2019.high.apixaban.crcl_50".
        status: met: nothing stands against; not met; unknown: an input is missing or the source is
            silent. Unknown never clears.
        severity: what it asks of the reader while it is not met.
        text: one or two short sentences.
        sources: keys of the bibliography.
        topic: heading under which it is shown: "bleeding", "drugs", "contrast", "fasting", ...
        inputs: what it was judged on, name -> as told.
        missing: what would have to be known.
        facts: ids of evidence.
        stamp: why a fact is to be trusted less: a stamp of evidence; empty where none is needed.
        profile: the profile that the rule belongs to.
        decides: who decides while it is open; empty: nobody but the rule.
        considers: what was told and is looked at here: "condition.sepsis", "lab.potassium",
            "drug.apixaban", "allergy.latex", "intake.light_meal".
        settled_by: what the person's decision that settles it is about; empty: none does.

    Raises:
        ValueError: on construction, it has no id or says nothing.
    """

    id: str
    status: Status
    severity: Severity
    text: str
    sources: tuple[str, ...] = ()
    topic: str = field(default="", kw_only=True)
    inputs: Mapping[str, str] = field(default_factory=dict, hash=False, kw_only=True)
    missing: tuple[str, ...] = field(default=(), kw_only=True)
    facts: tuple[str, ...] = field(default=(), kw_only=True)
    stamp: str = field(default="", kw_only=True)
    profile: str = field(default="", kw_only=True)
    decides: str = field(default="", kw_only=True)
    considers: tuple[str, ...] = field(default=(), kw_only=True)
    settled_by: str = field(default="", kw_only=True)

    __repr__ = short_repr

    def __post_init__(self) -> None:
        if not (self.id.strip() and self.text.strip()):
            raise ValueError(
                f"finding {self.id!r} says {self.text!r}; every finding names its rule and says "
                "what it found: give both"
            )
