"""Steps: from the puncture to the entry in the ledger, and what is done when it goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.plan.model import Step

if TYPE_CHECKING:
    from seldinger.catalogue.venous import CavalFilter
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.caval_filter.landing import Landing
    from seldinger.plan.treatments.caval_filter.retrieval import Retrieval

BAIL_OUT = (
    Step(
        "The cava is wider than measured",
        "Do not release; measure again by its perimeter; a filter for that width, or one in each "
        "common iliac vein.",
    ),
    Step(
        "Clot in the cava below the renal veins",
        "Release above it; above the renal veins if need be.",
    ),
    Step(
        "The filter opens tilted or half", "Take it back while it can be; do not push it straight."
    ),
    Step(
        "The filter moves to the heart", "Monitor; call cardiac surgery; do not pull without help."
    ),
    Step("Blood or pain at the puncture", "Press; look with ultrasound."),
)


def list_steps(
    best: Route | None, filter_: CavalFilter, landing: Landing, retrieval: Retrieval
) -> tuple[Step, ...]:
    """From the puncture to the ledger.

    Args:
        best: the way in; None where none was found.
        filter_: that is placed.
        landing: where.
        retrieval: when it comes out.
    """
    if best is None:
        return ()
    fits = {fit.role: fit for fit in best.devices}
    along = ", ".join(name for name in best.vessels if name)
    point = landing.cava.curve.points_at(landing.head_mm)
    below = (landing.cava.renal_mm or 0.0) - landing.head_mm
    out = "It stays." if retrieval.due is None else f"Out by {retrieval.due:%Y-%m-%d}."
    return (
        Step("Puncture", f"{best.title}, under ultrasound; sheath {fits['sheath'].text}."),
        Step("Cavogram", f"Along {along}. Renal veins, a second cava, clot; measure again. Seen "
             "from the front it looks wider than it is: the perimeter decides."),
        Step("Release", f"{filter_.name}: head {below:.0f} mm below the lowest renal vein "
             f"(S {point[2]:.0f} mm in the scan), struts {filter_.height_mm:g} mm further down."),
        Step("Control", "Cavogram in two planes: tilt, struts at the wall, head free of it. Note "
             "the tilt: it decides how the filter comes out."),
        Step("Close", "Remove the sheath; press on the vein."),
        Step("Enter in the ledger", f"Device and identifier, day, owner "
             f"({retrieval.owner or 'not named yet'}). {out}"),
    )  # fmt: skip
