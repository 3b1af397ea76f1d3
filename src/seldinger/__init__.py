"""Seldinger: plan, rehearse, check and document image-guided procedures.

Research and education software, not a medical device. The rooms tell the procedure and open on
first use: ``image -> anatomy -> simulate -> plan -> guide -> report``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from seldinger import (
        anatomy,
        care,
        catalogue,
        core,
        demo,
        evidence,
        extend,
        guide,
        image,
        plan,
        report,
        simulate,
        testing,
        workflow,
    )

__version__ = "0.1.0"
__all__ = [
    "anatomy",
    "care",
    "catalogue",
    "core",
    "demo",
    "evidence",
    "extend",
    "guide",
    "image",
    "plan",
    "report",
    "simulate",
    "testing",
    "workflow",
]


def __getattr__(name: str) -> "ModuleType":
    """Open a room when it is first named."""
    if name in __all__:
        return import_module(f"seldinger.{name}")
    raise AttributeError(f"seldinger has no room called {name!r}; rooms: {', '.join(__all__)}")


def __dir__() -> list[str]:
    """The rooms, and the version."""
    return sorted([*__all__, "__version__"])
