"""Simulate: the bridge from patient to engine; placed devices become what they are expected to do.

In:    a scene and placed devices, or an experiment from a TOML file.      Out: effects and fields.
Uses:  physics engines; the catalogue; the anatomy.
Never: choices of its own that decide the size of a lesion; any writing of files (``report`` does).

``thermal`` is heat and cold in a patient. ``read`` and ``check_experiment`` give an ``Experiment``;
``ablation.run`` carries it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.opening import open_late

if TYPE_CHECKING:
    import seldinger.simulate.ablation as ablation  # noqa: PLR0402  named as it is asked for
    from seldinger.simulate.experiment import Experiment, check_experiment, read

__all__ = ["Experiment", "ablation", "check_experiment", "read"]

__getattr__, __dir__ = open_late(
    __name__, {"experiment": ("Experiment", "check_experiment", "read"), "ablation": ("ablation",)}
)
