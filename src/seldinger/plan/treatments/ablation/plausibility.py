"""Belief: results that are wrong whatever they look like, said by the plan that has them.

The limits are this project's own, beyond everything that was published for one applicator.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from seldinger.plan.treatments.ablation.modalities.base import Modality
    from seldinger.simulate.thermal.effect import Figures


def find_doubts(
    modality: Modality, probes: int, found: Figures, hottest_c: float
) -> tuple[Finding, ...]:
    """A finding where a prediction is not to be believed; nothing where it may be.

    Args:
        modality: of all applicators.
        probes: how many.
        found: what is predicted.
        hottest_c: the hottest cell of the run.
    """
    said = []
    limit, hottest = modality.widest_mm, modality.hottest_c
    short = found.zone_axes_mm[2]
    if probes == 1 and short > limit:
        said.append(f"One applicator makes a zone {short:.0f} mm across; more than {limit:g} mm")
    if hottest is not None and hottest_c > hottest:
        said.append(f"Tissue reaches {hottest_c:.0f} C; more than {hottest:g} C")
    if said:
        text = f"{'. '.join(f'{one} was never published' for one in said)}: do not believe it."
        return (Finding("not-believed", Status.UNKNOWN, Severity.ACTION, text),)
    return _of_other_mode(probes, found, limit)


def _of_other_mode(probes: int, found: Figures, limit_mm: float) -> tuple[Finding, ...]:
    """A caution where only the mode that the plan does not go by is beyond belief."""
    other = found.other_mode_volume_ml
    if probes != 1 or other is None:
        return ()
    across = 2.0 * (0.75e3 * other / math.pi) ** (1.0 / 3.0)
    if across <= limit_mm:
        return ()
    text = (
        f"The other mode makes a zone of {other:.0f} mL, as a ball {across:.0f} mm across; more "
        f"than {limit_mm:g} mm was never published for one applicator: do not believe that mode."
    )
    return (Finding("not-believed", Status.UNKNOWN, Severity.CAUTION, text),)
