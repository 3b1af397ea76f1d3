"""Simulate: the bridge from patient to engine; placed devices become what they are expected to do.

In:    a scene and placed devices, or an experiment from a TOML file.      Out: effects and fields.
Uses:  physics engines; the catalogue; the anatomy.
Never: choices of its own that decide the size of a lesion; any writing of files (``report`` does).

``thermal`` is heat and cold in a patient. ``read`` and ``check_experiment`` give an ``Experiment``;
``ablation.run`` carries it out.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import seldinger.simulate.ablation as ablation  # noqa: PLR0402  named as it is asked for
    from seldinger.simulate.experiment import Experiment, check_experiment, read

__all__ = ["Experiment", "ablation", "check_experiment", "read"]


def __getattr__(name: str) -> object:
    """Open the page that holds ``name`` when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "ablation":
        return import_module("seldinger.simulate.ablation")
    found: object = getattr(import_module("seldinger.simulate.experiment"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names."""
    return __all__
