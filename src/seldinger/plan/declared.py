"""Declared: what a procedure asks, and what it does to the built-in patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from seldinger.core.errors import PlanError


@dataclass(frozen=True, slots=True)
class Question:
    """A gate that no image answers: asked, else unknown."""

    id: str
    text: str
    stop_if: str
    """The answer that stops: "yes" or "no"."""
    severity: str
    sources: tuple[str, ...]
    organs: frozenset[str] = frozenset()
    """Not asked when the target is known to lie elsewhere; empty: always asked."""
    modalities: frozenset[str] = frozenset()
    """Not asked when the plan goes on with another modality; empty: always asked."""

    def __post_init__(self) -> None:
        """Refuse a gate that could never shut.

        Raises:
            PlanError: the answer that stops is neither "yes" nor "no", or the severity blocks
                nothing.
        """
        if self.stop_if not in ("yes", "no") or self.severity not in ("stop", "action"):
            raise PlanError(
                f"the question {self.id!r} stops if {self.stop_if!r} by {self.severity!r}: allowed "
                "are 'yes' or 'no', by 'stop' or 'action'"
            )

    def concerns(self, organ: str | None, modality: str | None) -> bool:
        """Whether it is asked of a target in ``organ`` (None: not known) by ``modality``."""
        elsewhere = self.organs and organ is not None and organ not in self.organs
        otherwise = self.modalities and modality is not None and modality not in self.modalities
        return not (elsewhere or otherwise)


@dataclass(frozen=True, slots=True)
class DemoCase:
    """What a procedure does to the built-in patient, for its demonstration and its exam.

    Attributes:
        target: a structure or vessel of the built-in patient.
        answers: to the procedure's questions, as an invented radiologist would give them.
        organ: told with the patient's visit; None: not told.
        depth: of what is reached, "deep" or "superficial": the bleeding class turns on it.
        antibiotics: what the invented operator decided about them; None: nobody decided anything.
        options: records of the approach and the treatment, as ``Settings.options`` has them.
        patient: which built-in patient: "needle" (chest and abdomen), "arteries" (aortic root to
            hands and feet), "uptake" (the first with hepatic arteries, SPECT and PET), "veins" (the
            second with veins instead of a fistula), "embolization" (the first with the arteries
            of its liver down to small branches), "fibroids" (a woman's pelvis), "prostate" (a
            man's), one who bleeds from spleen, colon or pelvis, or "spine" (a broken vertebra and
            one with a metastasis).
    """

    target: str
    answers: Mapping[str, str] = field(default_factory=dict)
    organ: str | None = None
    depth: str = "deep"
    antibiotics: str | None = None
    patient: Literal[
        "needle",
        "arteries",
        "uptake",
        "veins",
        "embolization",
        "fibroids",
        "prostate",
        "bleeding spleen",
        "bleeding colon",
        "bleeding pelvis",
        "spine",
    ] = "needle"
    options: tuple[Any, ...] = ()
