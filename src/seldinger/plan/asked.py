"""Asked: what of a request can be refused before any image is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.plan.assumptions import assumed

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
    declared.approach.check(settings, structures)
    if settings.device is not None:
        declared.treatment.check_device(settings.device)


def assumptions(declared: Procedure) -> tuple[Assumption, ...]:
    """The approach's assumptions and the treatment's."""
    return (*declared.approach.assumptions, *declared.treatment.assumptions)


def check_probes(declared: Procedure, settings: Settings) -> None:
    """Refuse probes fixed by hand where a procedure has none."""
    if settings.probes and not declared.treatment.fixes_probes:
        raise PlanError(f"{declared.name} has no probes to fix by hand: leave them out")
