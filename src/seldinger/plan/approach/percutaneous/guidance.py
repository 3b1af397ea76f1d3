"""Which eye guides the needle: ultrasound or CT, by a cited rule, unless the user decides.

Ultrasound comes first where lesion and path are seen. Whether they are seen, no plan knows:
geometry only says whether a probe fits (``plan.ultrasound``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.core.record import read_assumptions
from seldinger.plan.approach.percutaneous import ultrasound
from seldinger.plan.approach.percutaneous.site import Site, find_site
from seldinger.plan.model import Guidance
from seldinger.plan.wording import cite, quote_fact, state_fact

if TYPE_CHECKING:
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Path, UltrasoundAccess

CT = "ct"
ULTRASOUND = "ultrasound"

_ASSUMED = read_assumptions("seldinger.plan.approach.percutaneous")
DEPTH = _ASSUMED["ultrasound_depth_mm"]
ASSUMPTIONS = (*ultrasound.ASSUMPTIONS, DEPTH)

UNSEEN = "Whether the lesion can be seen stays unknown until someone looks."

_FIRST = "guidance.ultrasound_first"
_CT_WHEN = "guidance.ct_when"
_ROOM_TIME = "guidance.room_time.ultrasound"
_CT_SITES = (Site.LUNG, Site.BONE, Site.RETROPERITONEUM)


def choose(case: NeedleCase, best: Path | None) -> Guidance:
    """Guidance for ``best`` (None when no path is free).

    Raises:
        PlanError: ``options.guidance`` is neither "ct", "ultrasound" nor None.
    """
    wanted = case.options.guidance
    if wanted not in (None, CT, ULTRASOUND):
        raise PlanError(
            f"guidance {wanted!r} is not known; allowed: {CT}, {ULTRASOUND}; leave it out to let "
            "the cited rule decide"
        )
    site = find_site(case)
    judged = best is not None and site not in (Site.LUNG, Site.BONE)
    found = ultrasound.find_access(case, best) if best is not None and judged else None
    if wanted is not None:
        return Guidance(
            wanted, f"Chosen by the user. {_probe(found)}", cite(_FIRST, _CT_WHEN), found
        )
    if site in _CT_SITES:
        reason = f"CT, because the target lies in {_named(site)}: {state_fact(_CT_WHEN)}"
        return Guidance(CT, reason, cite(_CT_WHEN), found)
    return _by_geometry(case, best, found)


def _by_geometry(case: NeedleCase, best: Path | None, found: UltrasoundAccess | None) -> Guidance:
    limit = DEPTH.get_value(case.settings.assume)
    sources = cite(_FIRST, _CT_WHEN, _ROOM_TIME)
    if best is None or found is None:
        return Guidance(CT, f"CT, because no path is free to judge a probe by. {UNSEEN}", sources)
    if found.fits is None:
        reason = (
            "CT for now, because whether a probe fits is unknown: no bone is known in this scan. "
            f"{state_fact(_FIRST)} {UNSEEN}"
        )
        return Guidance(CT, reason, sources, found)
    if not found.fits:
        reason = f"CT, because no probe fits. {_probe(found)} {state_fact(_CT_WHEN)}"
        return Guidance(CT, reason, sources, found)
    if best.depth_mm > limit:
        reason = (
            f"CT, because the target lies {best.depth_mm:.0f} mm deep, beyond the assumed "
            f"{limit:.0f} mm for ultrasound ({DEPTH.name}). {_probe(found)} {state_fact(_CT_WHEN)}"
        )
        return Guidance(CT, reason, sources, found)
    reason = (
        f"{quote_fact(_FIRST)} {quote_fact(_ROOM_TIME)} {_probe(found)} {UNSEEN} If it is not "
        "seen: CT, same path."
    )
    return Guidance(ULTRASOUND, reason, sources, found)


def _probe(found: UltrasoundAccess | None) -> str:
    """What geometry says about the probe, in one sentence."""
    if found is None:
        return "Room for a probe was not judged."
    if found.aperture_mm is None:
        return "Room for a probe is unknown: no bone (or lung) is known in this scan."
    room = (
        f"beside the needle {found.aperture_mm:.0f} mm of free footprint see the target, "
        f"{found.needed_mm:.0f} mm are assumed to be needed"
    )
    if found.needle_to_beam_deg is None:
        return f"Geometry: {room}."
    return (
        f"Geometry: {room}; beam {found.depth_mm:.0f} mm long, "
        f"{found.needle_to_beam_deg:.0f} degrees from the needle."
    )


def _named(site: Site) -> str:
    return "bone" if site is Site.BONE else f"the {site.value}"
