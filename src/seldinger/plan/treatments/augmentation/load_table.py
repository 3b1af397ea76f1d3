"""Load table: what the model says of the load on the bodies beside a filled vertebra, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.wording import cite, state_fact
from seldinger.simulate.cement.sharing import DISC, DISC_MATRIX, DISC_WORN
from seldinger.simulate.effect import EffectTable

if TYPE_CHECKING:
    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.core.quantity import Spread
    from seldinger.simulate.cement.sharing import NextLoad, SharingResult

_TITLE = "Load on the neighbours, by the model"
_ROWS = (
    ("Pressure in the middle of the disc", "pressure"),
    ("Stress in the neighbour's bone that faces the middle", "stress"),
    ("Strain energy in the half of the neighbour that faces it", "energy"),
)
_MODEL = "ratios of a model of the bodies as CT shows them, not this patient's loads"
_COLUMN = "Load on all, if the column is shortened as before and not loaded as before"


def list_loads(vertebra: Vertebra, sharing: SharingResult | None) -> tuple[EffectTable, ...]:
    """A table of changes above and below; none where no neighbour could be assessed.

    Args:
        vertebra: that is filled.
        sharing: of the column; None: not assessed.
    """
    if sharing is None:
        return ()
    sides = (sharing.above, sharing.below)
    rows = [(label, *(_spell(one, name) for one in sides)) for label, name in _ROWS]
    whole = _change(sharing.stiffness)
    rows.append((_COLUMN, whole, whole))
    head = ("Change by cement under the same load", *(
        f"{one.level or 'unknown level'}, {place}"
        for one, place in zip(sides, ("above", "below"), strict=True)
    ))  # fmt: skip
    return (EffectTable(_TITLE, head, tuple(rows), note=_tell(vertebra, sharing)),)


def tell_load(sharing: SharingResult | None, why_not: str) -> Finding:
    """What cement does to the pressure beside the vertebra, and that posture does more.

    Args:
        sharing: of the column; None: not assessed.
        why_not: then why.
    """
    sides = () if sharing is None else (sharing.above, sharing.below)
    parts = [
        f"{_change(one.pressure)} towards {one.level}" for one in sides if one.pressure is not None
    ]
    unknown = [one.why_unknown for one in sides if one.pressure is None]
    said = [f"{why_not[:1].upper()}{why_not[1:]}."] if sharing is None else []
    if parts:
        said.append(
            "Under the same load cement alone changes the pressure in the discs by "
            f"{' and '.join(parts)}, by the model."
        )
    said += [f"One side is not assessed: {one}." for one in unknown]
    said += [state_fact(one) for one in _STUDIES]
    said.append("What posture adds here is not computed.")
    known = sharing is not None and not unknown
    facts = (*_STUDIES, *_BESIDE, DISC, DISC_WORN, DISC_MATRIX)
    return Finding(
        "neighbour-load", Status.MET if known else Status.UNKNOWN,
        Severity.INFO if known else Severity.CAUTION, " ".join(said), cite(*facts),
    )  # fmt: skip


_STUDIES = (
    "vertebra.load.cement.rohlmann",
    "vertebra.load.posture.compensated.vertebroplasty",
    "vertebra.load.posture.compensated.kyphoplasty",
)
_BESIDE = ("vertebra.load.cement.baroud.pressure", "vertebra.load.cement.kayanja")


def _spell(one: NextLoad, name: str) -> str:
    if one.why_unknown:
        return f"not assessed: {one.why_unknown}"
    return _change(getattr(one, name))


def _change(ratio: Spread) -> str:
    """Per cent, with the 5th and 95th centile of the cases, of which a preview has none."""
    now, low, high = (_percent(one) for one in (ratio.nominal, ratio.p05, ratio.p95))
    if ratio.p05 == ratio.p95:
        return f"{now} % (spread not computed)"
    return f"{now} % ({low} to {high} %)"


def _percent(ratio: float) -> str:
    # Rounded before it is signed, so that nothing is never "-0.0".
    return f"{round(100.0 * (ratio - 1.0), 1) + 0.0:+.1f}"


def _tell(vertebra: Vertebra, sharing: SharingResult) -> str:
    wedge = abs(vertebra.heights.wedge_deg)
    stamp = f" [{sharing.stamp}]" if sharing.stamp else ""
    brackets = (
        "in brackets the 5th and 95th centile over discs, laws of bone, cements and a fracture "
        f"that is softer than it looks{stamp}"
    )
    posture = (
        f"the wedge of {wedge:.0f} degrees is taken as it stands; what it adds by posture is told "
        "by studies of others alone"
    )
    said = (_MODEL, brackets, *sharing.notes, posture)
    return " ".join(f"{one[:1].upper()}{one[1:]}." for one in said)
