"""Asked: what of a request can be refused before any image is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.plan.assumptions import resolve_assumptions

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
            or does not fit the procedure, or options of what it is not.
    """
    resolve_assumptions(list_assumptions(declared), settings.assume)
    check_options(declared, settings)
    declared.approach.check(settings, structures)
    if settings.device is not None:
        declared.treatment.check_device(settings.device)


def list_assumptions(declared: Procedure) -> tuple[Assumption, ...]:
    """The approach's assumptions and the treatment's."""
    return (*declared.approach.assumptions, *declared.treatment.assumptions)


def check_options(declared: Procedure, settings: Settings) -> None:
    """Refuse options that neither the approach nor the treatment owns.

    Raises:
        PlanError: options of another approach or treatment.
    """
    owned = [o.options for o in (declared.approach, declared.treatment) if o.options is not None]
    for one in settings.options:
        if type(one) not in owned:
            takes = ", ".join(kind.__name__ for kind in owned) or "none"
            raise PlanError(
                f"{declared.name} takes no {type(one).__name__}: leave them out; its own options "
                f"are {takes}"
            )
