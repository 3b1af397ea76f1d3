"""Catheters: the microcatheters that can be taken, and where the first of them lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import catalogue
from seldinger.catalogue.vascular import Microcatheter
from seldinger.core.errors import PlanError
from seldinger.core.quantity import Quantity
from seldinger.plan.approach.endovascular.model import Delivery
from seldinger.plan.model import DeviceUse
from seldinger.plan.treatments.embolization.amounts import weigh
from seldinger.simulate.placement import Phase, Placement

if TYPE_CHECKING:
    from seldinger.catalogue.vascular import Catheter
    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.embolization.positions import Positions

_GUIDE_FRENCH = 5.0
"""Of the catheter through which a microcatheter goes, and so of the sheath."""
_S_PER_MIN = 60.0


def check_microcatheter(device: str) -> None:
    """Refuse what is no microcatheter.

    Raises:
        PlanError: naming those that are.
    """
    if not isinstance(catalogue.device(device), Microcatheter):
        fit = [one.id for one in list_catheters(None)]
        raise PlanError(f"{device} is not used here; allowed: {', '.join(fit)}")


def needs_mm(assumed: Assumed, catheter: Catheter) -> float:
    """Lumen that a catheter needs.

    Args:
        assumed: clearance of a shaft.
        catheter: which.
    """
    return catheter.outer_diameter_mm + assumed.get_value("shaft_clearance_mm")


def list_catheters(device: str | None) -> tuple[Microcatheter, ...]:
    """Microcatheters, the thinnest first: it goes farthest; of one width the shortest.

    Args:
        device: the only one; None: all.
    """
    found = [
        one
        for one in catalogue.devices()
        if isinstance(one, Microcatheter) and device in (None, one.id)
    ]
    return tuple(sorted(found, key=lambda one: (one.french, one.usable_mm, one.id)))


def list_deliveries(device: str | None, least_um: float = 0.0) -> tuple[Delivery, ...]:
    """The same as what the approach searches ways for.

    Args:
        device: the only one; None: all.
        least_um: bore that what is given needs; where none has it, the widest are offered.
    """
    found = list_catheters(device)
    bores = [1000.0 * (one.inner_diameter_mm or 0.0) for one in found]
    least_um = min(least_um, max(bores, default=0.0))
    bored = tuple(one for one, bore in zip(found, bores, strict=True) if bore >= least_um)
    return tuple(
        Delivery(
            one.id, "microcatheter", "microcatheter", _GUIDE_FRENCH, one.usable_mm,
            one.outer_diameter_mm, one.wire_mm, "the thinnest goes farthest", exchanged=False,
        )
        for one in bored
    )  # fmt: skip


def place_first(
    case: TerritoryCase,
    positions: Positions,
    suspension_ml: float | None,
    best: Route | None,
    routes: tuple[Route, ...],
    delivery: Delivery,
) -> tuple[Placement, ...]:
    """The catheter at its first place, with what is given there.

    Args:
        case: with its assumptions.
        positions: places of the catheter.
        suspension_ml: of all places; None: nothing is given.
        best: the way in; None where none was found.
        routes: that were found.
        delivery: the catheter.
    """
    chosen = positions.chosen
    if best is None or chosen is None:
        return ()
    programme: tuple[Phase, ...] = ()
    if suspension_ml is not None:
        rate = case.assumed.get_value("embolization_ml_per_min")
        whole = sum(weigh(positions, one) for one in chosen.feeders)
        own = suspension_ml * weigh(positions, chosen.feeders[0]) / whole
        volume = Quantity("volume", round(own, 2), "mL")
        programme = (Phase("inject", _S_PER_MIN * own / rate, (volume,)),)
    return (
        Placement(delivery.role, delivery.device, best.points_lps_mm, programme,
                  routes.index(best)),
    )  # fmt: skip


def list_used(best: Route | None) -> tuple[DeviceUse, ...]:
    """What the way in takes, of the catalogue."""
    fits = () if best is None else best.devices
    return tuple(
        DeviceUse(fit.device, catalogue.device(fit.device).name, fit.text)
        for fit in fits
        if fit.device
    )


def describe_positions(positions: Positions) -> dict[str, str | float | bool | None]:
    """The places as the plan's settings hold them."""
    return {
        "positions": ", then ".join(positions.names) or None,
        "positions_told": positions.told,
    }  # fmt: skip
