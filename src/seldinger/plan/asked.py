"""Asked: what of a request can be refused before any image is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import catalogue
from seldinger.anatomy import names
from seldinger.core.errors import PlanError
from seldinger.core.naming import near
from seldinger.plan import risk_limits
from seldinger.plan.approach.percutaneous import error_model, path, rules
from seldinger.plan.assumptions import PATH_ASSUMPTIONS, assumed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.core.record import Assumption
    from seldinger.plan.procedure import Procedure, Settings


def check(declared: Procedure, settings: Settings, structures: Iterable[str] | None) -> None:
    """Refuse settings that no patient could make right.

    Args:
        declared: what is to be planned.
        settings: the user's choices.
        structures: names that structures of the patient may have; None when nobody can tell yet.

    Raises:
        PlanError, CatalogueError: an assumption, a rule, a technique or a device that is not known
            or does not fit the procedure, or probes where there are none.
    """
    assumed(assumptions(declared), settings.assume)
    check_probes(declared, settings)
    check_rules(settings.relax, structures)
    if settings.technique is not None:
        error_model.check(settings.technique)
    error_model.check_given(settings.lateral_error_mm)
    # A treatment that says nothing about devices takes any that it is given.
    fits = getattr(declared.treatment, "check_device", None)
    if settings.device is not None and fits is not None:
        fits(settings.device)


def assumptions(declared: Procedure) -> tuple[Assumption, ...]:
    """The planner's own assumptions, the gates' limits, and the treatment's."""
    return (*PATH_ASSUMPTIONS, *risk_limits.ASSUMPTIONS, *declared.treatment.assumptions)


def check_probes(declared: Procedure, settings: Settings) -> None:
    """Refuse probes fixed by hand where a procedure has none."""
    if settings.probes and "modality" not in declared.treatment.answers:
        raise PlanError(f"{declared.name} has no probes to fix by hand: leave them out")


def check_rules(relax: Iterable[str], structures: Iterable[str] | None) -> None:
    """Refuse to open a rule that cannot exist, or that nobody may open."""
    named = catalogue.terms() if structures is None else structures
    known = {*rules.OF_GEOMETRY, *names.DERIVED, *named}
    allowed = sorted({*rules.OF_GEOMETRY} - path.NEVER_RELAXED)
    for rule in relax:
        if rule in path.NEVER_RELAXED:
            raise PlanError(
                f"the rule {rule!r} stays closed, no judgement helps; allowed: "
                f"{', '.join(allowed)}, and the structures in the way"
            )
        # A numbered lesion is a structure too.
        if rule not in known and rule.rstrip("0123456789 ") not in known:
            closest = ", ".join(near(rule, known)) or "none"
            raise PlanError(
                f"no rule is called {rule!r}; closest: {closest}; allowed: {', '.join(allowed)}, "
                "and the structures in the way"
            )
