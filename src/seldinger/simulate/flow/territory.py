"""Territory: what a bed carries at rest and how far it dilates, by the name of its artery."""

from __future__ import annotations

from dataclasses import dataclass

from seldinger.core.record import Assumption

KIDNEY_FLOW = Assumption(
    "renal_flow_ml_per_min", 500.0, "mL/min", 300.0, 700.0,
    "a healthy kidney takes about a tenth of the cardiac output; no source read",
)  # fmt: skip
BRAIN_FLOW = Assumption(
    "internal_carotid_flow_ml_per_min", 250.0, "mL/min", 150.0, 400.0,
    "of each internal carotid artery at rest; no source read",
)  # fmt: skip
LEG_FLOW = Assumption(
    "common_femoral_flow_ml_per_min", 350.0, "mL/min", 150.0, 630.0,
    "350 with a standard deviation of 141 was measured at rest: fact "
    "vascular_flow.leg.common_femoral.rest",
)  # fmt: skip
KIDNEY_RESERVE = Assumption(
    "hyperaemia_factor_kidney", 1.4, "1", 1.1, 2.0,
    "the kidney regulates its flow and dilates little; no source read gives a figure",
)  # fmt: skip
BRAIN_RESERVE = Assumption(
    "hyperaemia_factor_brain", 1.5, "1", 1.2, 2.0, "of a bed that carbon dioxide dilates; no source"
)
LEG_RESERVE = Assumption(
    "hyperaemia_factor_leg", 3.0, "1", 1.5, 4.0,
    "velocity in a healthy femoral artery rises by 226 % after a cuff, in a diseased leg by 56 %: "
    "facts vascular_flow.leg.hyperaemia",
)  # fmt: skip
OTHER_RESERVE = Assumption(
    "hyperaemia_factor_other", 2.0, "1", 1.2, 4.0, "of any other bed; no source read"
)
ACCESS_FLOW = Assumption(
    "dialysis_access_flow_ml_per_min", 900.0, "mL/min", 400.0, 1500.0,
    "of a working fistula on the radial artery: fact vascular_dialysis.usual.radial; what was "
    "measured belongs here",
)  # fmt: skip
ACCESS_RESERVE = Assumption(
    "hyperaemia_factor_access", 1.0, "1", 1.0, 1.0, "a fistula has no bed that could dilate"
)
ASSUMPTIONS = (
    ACCESS_FLOW, ACCESS_RESERVE, KIDNEY_FLOW, BRAIN_FLOW, LEG_FLOW, KIDNEY_RESERVE,
    BRAIN_RESERVE, LEG_RESERVE, OTHER_RESERVE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Territory:
    """A kind of bed.

    Attributes:
        organ: as ``Segment.organ`` has it.
        flow: assumption of the flow at rest.
        vessels: words in the name of the artery that carries it; the first that was traced on a
            side counts.
        reserve: assumption of how many times flow may rise.
    """

    organ: str
    flow: Assumption
    vessels: tuple[str, ...]
    reserve: Assumption


TERRITORIES = (
    Territory("kidney", KIDNEY_FLOW, ("renal artery",), KIDNEY_RESERVE),
    Territory("neck", BRAIN_FLOW, ("internal carotid artery",), BRAIN_RESERVE),
    Territory(
        "leg", LEG_FLOW, ("common femoral artery", "external iliac artery", "iliac artery"),
        LEG_RESERVE,
    ),
    Territory("dialysis-access", ACCESS_FLOW, ("cephalic vein", "basilic vein"), ACCESS_RESERVE),
)  # fmt: skip


def find_reserve(organ: str | None) -> Assumption:
    """How far the bed of an organ dilates."""
    found = (one.reserve for one in TERRITORIES if one.organ == organ)
    return next(found, OTHER_RESERVE)


def list_flows(names: tuple[str, ...]) -> tuple[tuple[str, Assumption], ...]:
    """Name of each vessel whose resting flow is assumed, and the assumption.

    Args:
        names: of all vessels.
    """
    found = []
    for one in TERRITORIES:
        for side in ("left", "right"):
            wanted = (f"{side} {vessel}" for vessel in one.vessels)
            there = next((name for name in wanted if name in names), None)
            if there is not None:
                found.append((there, one.flow))
    return tuple(found)
