"""Tables: places of the catheter beside each other, each place's injection, the drug over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.feeders import name_feeder
from seldinger.core.formatting import format_figure
from seldinger.plan.treatments.embolization.material import Material
from seldinger.simulate.effect import EffectTable, Measure, Option

if TYPE_CHECKING:
    from seldinger.anatomy.feeders import FeederSet
    from seldinger.anatomy.model import Lesion
    from seldinger.plan.treatments.embolization.amounts import Amounts
    from seldinger.plan.treatments.embolization.emulsion import Emulsion
    from seldinger.plan.treatments.embolization.positions import Positions

_ROWS = 6
_HOURS = (0.5, 1.0, 2.0, 4.0, 6.0)
_MIN_PER_H = 60.0


def list_options(positions: Positions, device: str) -> tuple[Option, ...]:
    """The first sets of places, the chosen one first, and the best of each number of places.

    Args:
        positions: places of the catheter.
        device: catalogue id of the catheter.
    """
    shown: list[FeederSet] = list(positions.sets[:_ROWS])
    for count in (1, 2, 3):
        best = next((one for one in positions.sets if len(one.feeders) == count), None)
        if best is not None and best not in shown:
            shown.append(best)
    return tuple(
        Option(
            technique=_name(one, positions), device=device, count=len(one.feeders),
            setting=_aside(one),
            measures=(
                Measure("target", "share of the target", "1", one.target_share),
                Measure("spill", "normal organ reached", "mL", one.spill_ml),
            ),
            chosen=number == 0, on_patient=True,
        )
        for number, one in enumerate(shown)
    )  # fmt: skip


def _name(one: FeederSet, positions: Positions) -> str:
    tree = positions.tree
    assert tree is not None  # noqa: S101  there are sets of places in it
    return " + ".join(name_feeder(f, tree) for f in one.feeders)


def _aside(one: FeederSet) -> str:
    names = [name or "an artery without a name" for name in one.leads_aside]
    return f"leads to {', '.join(names)} too" if names else "leads nowhere else, as traced"


def list_tables(
    positions: Positions, lesion: Lesion, material: Material | Emulsion | None, amounts: Amounts
) -> tuple[EffectTable, ...]:
    """What measures do not hold.

    Args:
        positions: places of the catheter.
        lesion: the target.
        material: what is given.
        amounts: where it is.
    """
    tables = []
    if positions.chosen is not None:
        tables.append(list_places(positions, lesion, amounts))
    if amounts.inventory is not None and isinstance(material, Material):
        tables.append(_list_drug(amounts, material))
    return tuple(tables)


def list_places(positions: Positions, lesion: Lesion, amounts: Amounts) -> EffectTable:
    """Each place with what it reaches, and what its injection came to.

    Args:
        positions: places of the catheter, at least one.
        lesion: the target.
        amounts: where beads come to lie.
    """
    chosen = positions.chosen
    assert chosen is not None  # noqa: S101  the caller looked
    tips = {one.order.edge: one for one in amounts.first}
    rows = []
    for feeder, name, given in zip(
        chosen.feeders, positions.names, positions.injections, strict=True
    ):
        sure, likely, possible = given.share(lesion.mask)
        tip = tips.get(feeder.edge)
        depth = float("nan") if tip is None else tip.injected.penetration_um(0.5)
        rows.append((
            name,
            "unknown" if feeder.diameter_mm is None else f"{feeder.diameter_mm:.1f} mm",
            f"{100.0 * likely:.0f} % ({100.0 * sure:.0f} to {100.0 * possible:.0f})",
            f"{feeder.spill_ml:.0f} mL",
            "not followed" if tip is None else _percent(tip.target_mg, tip.given_mg),
            "not followed" if tip is None or np.isnan(depth) else f"{depth:.0f} um",
        ))  # fmt: skip
    return EffectTable(
        title="Places of the catheter, in order",
        head=("Artery", "Lumen", f"Of {lesion.label}", "Normal organ", "Beads in the target",
              "Half lodge below"),
        rows=tuple(rows),
        note="In brackets: surely and possibly. Beads: by the blood that each tissue takes; depth: "
        "the calibre that half of them pass, each closing the first vessel that it does not pass.",
    )  # fmt: skip


def _percent(part: float, whole: float) -> str:
    return f"{100.0 * part / whole:.0f} %" if whole > 0.0 else "none given"


def _list_drug(amounts: Amounts, material: Material) -> EffectTable:
    """Milligrams in beads and released, by hour."""
    inventory = amounts.inventory
    assert inventory is not None  # noqa: S101  the caller looked
    rows = []
    for hour in _HOURS:
        at = int(np.argmin(np.abs(inventory.minutes - _MIN_PER_H * hour)))
        low, high = (format_figure(float(one[at])) for one in (inventory.low_mg, inventory.high_mg))
        held = (inventory.in_beads_mg[place][at] for place in ("tumour", "liver"))
        rows.append((
            f"{hour:g} h", *(f"{format_figure(float(one))} mg" for one in held),
            f"{format_figure(float(inventory.released_in_patient_mg[at]))} mg",
            f"{low} to {high} mg",
        ))  # fmt: skip
    return EffectTable(
        title=f"Inventory of {material.loading.drug}, {material.drug_mg:g} mg loaded",
        head=("After", "In beads in the tumour", "In beads in the liver", "Released", "5 to 95 %"),
        rows=tuple(rows),
        note=f"{inventory.domain}. Sizes other than the tested one, blood and tissue are not in "
        "it; it is an inventory, no response.",
    )
