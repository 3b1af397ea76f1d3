"""Guide: a plan is carried out, again and again, with the errors that needles have.

In:    a plan, a seed.      Out: ``Rehearsal``: what every draw met, and how often.
Never: a new plan, another error than the plan's own, a probability of one patient.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seldinger.guide.model import Passes, Rehearsal, Share, ZoneDraws
    from seldinger.guide.rehearsing import rehearse

__all__ = ["Passes", "Rehearsal", "Share", "ZoneDraws", "rehearse"]


def __getattr__(name: str) -> object:
    """Open the page that holds ``name`` when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"seldinger.guide has no {name!r}; it offers {', '.join(__all__)}")
    page = "rehearsing" if name == "rehearse" else "model"
    found: object = getattr(import_module(f"seldinger.guide.{page}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names."""
    return __all__
