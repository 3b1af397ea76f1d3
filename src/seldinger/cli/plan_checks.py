"""Plan checks: what of a case is refused before an image is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seldinger.catalogue.model import Vocabulary
    from seldinger.plan.case import CaseFile
    from seldinger.plan.procedure import Settings

_COMPONENT = re.compile(r"\s*#\d+$")


def check(case: CaseFile, settings: Settings, vocabulary: Vocabulary | str | None) -> None:
    """Refuse what is misspelled, out of range, of another procedure, or not there.

    Raises:
        SeldingerError: what was got, what is allowed, what is closest.
    """
    from seldinger import anatomy, image
    from seldinger import plan as plans

    declared = plans.procedures()[case.procedure]
    plans.check_answers(declared, settings)
    study, target = case.study, case.target
    raw = image.check_there(study.ct, study.labels, study.label_key, target.mask)
    known = anatomy.names.possible(raw, vocabulary)
    plans.check_asked(declared, settings, known)
    if known is None:
        return
    if target.mask is None and target.centre_lps_mm is None:
        anatomy.names.check("target", _COMPONENT.sub("", target.name or ""), known)
    if target.organ is not None:
        anatomy.names.check("structure", target.organ, known)
