"""Plan: decide what to do to an anatomy.

In:    Anatomy, a target, the name of an installed procedure.      Out: Plan.
Uses:  engines as quick predictors; the catalogue; the evidence.
Never: files of images, screens, the procedures' pages (the registry finds them).
"""

from seldinger.plan.approach.percutaneous.options import PercutaneousOptions
from seldinger.plan.asked import check as check_asked
from seldinger.plan.model import Plan
from seldinger.plan.procedure import Settings
from seldinger.plan.propose import check_answers, propose
from seldinger.plan.registry import load_procedures
from seldinger.plan.treatments.ablation.options import AblationOptions, ProbeEdit

__all__ = [
    "AblationOptions",
    "PercutaneousOptions",
    "Plan",
    "ProbeEdit",
    "Settings",
    "check_answers",
    "check_asked",
    "load_procedures",
    "propose",
]


def __dir__() -> list[str]:
    """The public names."""
    return __all__
