"""Territory: what one injection perfuses, as compartments; and the lungs.

Uptake is told in two ways that are different quantities. A ratio of concentrations compares GBq per
kilogram, T:N of the partition model. A ratio of activities compares GBq; it grows with the tumour.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.irradiation.activity import check_mass

if TYPE_CHECKING:
    from collections.abc import Mapping

PERFUSED, NORMAL, WHOLE_NORMAL, LUNG = "perfused", "normal", "whole-normal", "lung"
"""Compartments beside the tumours: all that is perfused; the normal liver in it; all normal liver,
perfused or not; both lungs."""
_RESERVED = (PERFUSED, NORMAL, WHOLE_NORMAL, LUNG)
COMPARTMENTS = {
    PERFUSED: "all that is perfused",
    NORMAL: "the normal perfused liver",
    WHOLE_NORMAL: "the whole normal liver",
    LUNG: "the lungs",
}
"""The same in words; tumours go by their names."""

_LUNG_MASS = "radioembolization.lung.mass"
_ROUNDING_KG = 1e-9


@dataclass(frozen=True, slots=True)
class ConcentrationRatio:
    """Activity per mass of tumour over that of the normal perfused liver (T:N).

    Raises:
        PlanError: on construction, not above 0.
    """

    value: float

    def __post_init__(self) -> None:
        _check_ratio(self.value, "the ratio of concentrations, tumour to normal liver,")


@dataclass(frozen=True, slots=True)
class ActivityRatio:
    """Activity of one tumour over that of all normal perfused liver.

    Raises:
        PlanError: on construction, not above 0.
    """

    value: float

    def __post_init__(self) -> None:
        _check_ratio(self.value, "the ratio of activities, tumour to normal liver,")

    def to_concentration(self, tumour_kg: float, normal_kg: float) -> ConcentrationRatio:
        """The same uptake as a ratio of concentrations.

        Raises:
            PlanError: no mass.
        """
        check_mass(tumour_kg, "the tumour")
        check_mass(normal_kg, "the normal perfused liver")
        return ConcentrationRatio(self.value * normal_kg / tumour_kg)


def measure_ratio(
    tumour_counts: float, tumour_kg: float, normal_counts: float, normal_kg: float
) -> ConcentrationRatio:
    """T:N from counts of 99mTc-MAA in two regions and what they weigh.

    Args:
        tumour_counts: in the tumour, background taken off.
        tumour_kg: its mass.
        normal_counts: in the normal perfused liver, background taken off.
        normal_kg: its mass.

    Raises:
        PlanError: no counts or no mass.
    """
    for counts, what in ((tumour_counts, "the tumour"), (normal_counts, "the normal liver")):
        if not (math.isfinite(counts) and counts > 0.0):
            raise PlanError(f"{what} shows {counts:g} counts: a ratio needs some in both regions")
    return ActivityRatio(tumour_counts / normal_counts).to_concentration(tumour_kg, normal_kg)


@dataclass(frozen=True, slots=True)
class Tumour:
    """One tumour in a territory.

    Attributes:
        name: of its compartment.
        mass_kg: of what is perfused.
        uptake: against the normal perfused liver.

    Raises:
        PlanError: on construction, no mass, or a name that compartments have.
    """

    name: str
    mass_kg: float
    uptake: ConcentrationRatio | ActivityRatio

    def __post_init__(self) -> None:
        check_mass(self.mass_kg, f"the tumour {self.name}")
        if not self.name.strip() or self.name in _RESERVED:
            raise PlanError(
                f"a tumour is called {self.name!r}; {', '.join(_RESERVED)} are other compartments: "
                "give it a name of its own"
            )


@dataclass(frozen=True, slots=True)
class Territory:
    """What one injection perfuses.

    Without tumours it is one compartment (MIRD): all that is perfused takes one dose. With tumours
    it is parted (partition model).

    Attributes:
        name: "right lobe", "segment 8".
        perfused_kg: tumour and normal liver that are perfused.
        tumours: in it.
        whole_normal_kg: normal liver, perfused or not; None where nobody weighed it.

    Raises:
        PlanError: on construction, tumours heavier than what holds them, two of one name, or a
            whole that is less than its part.
    """

    name: str
    perfused_kg: float
    tumours: tuple[Tumour, ...] = ()
    whole_normal_kg: float | None = None

    def __post_init__(self) -> None:
        check_mass(self.perfused_kg, f"the territory {self.name}")
        names = [one.name for one in self.tumours]
        if len(set(names)) < len(names):
            raise PlanError(f"{self.name} has two tumours of one name: {', '.join(names)}")
        if self.normal_kg < 0.0:
            raise PlanError(
                f"the tumours of {self.name} weigh {self.tumour_kg:g} kg, all that is perfused "
                f"{self.perfused_kg:g}: give the perfused mass with its tumours"
            )
        whole = self.whole_normal_kg
        if whole is not None and check_mass(whole, "the normal liver") + _ROUNDING_KG < (
            self.normal_kg if self.tumours else 0.0
        ):
            raise PlanError(
                f"the whole normal liver weighs {whole:g} kg, its perfused part "
                f"{self.normal_kg:g}: give the whole"
            )

    @property
    def tumour_kg(self) -> float:
        """All tumours."""
        return math.fsum(one.mass_kg for one in self.tumours)

    @property
    def normal_kg(self) -> float:
        """Normal liver that is perfused; all of it where no tumour is told apart."""
        left = self.perfused_kg - self.tumour_kg
        return 0.0 if abs(left) < _ROUNDING_KG else left

    def share_activity(self) -> Mapping[str, float]:
        """Shares of the activity in the liver, by tumour and "normal"; they sum to one.

        Raises:
            PlanError: no tumour is told apart, or a ratio to normal liver where there is none.
        """
        if not self.tumours:
            raise PlanError(
                f"{self.name} is one compartment: tell its tumours with their uptake to part it"
            )
        weights = {one.name: self._concentration(one) * one.mass_kg for one in self.tumours}
        weights[NORMAL] = self.normal_kg
        whole = math.fsum(weights.values())
        return {name: weight / whole for name, weight in weights.items()}

    def _concentration(self, tumour: Tumour) -> float:
        if isinstance(tumour.uptake, ConcentrationRatio):
            return tumour.uptake.value
        return tumour.uptake.to_concentration(tumour.mass_kg, self.normal_kg).value


@dataclass(frozen=True, slots=True)
class Lungs:
    """Both lungs.

    Attributes:
        mass_kg: of both.
        measured: from this patient's CT; otherwise told or by convention, which every result says.
        told: by the user.
        lightest_kg: the least that they may weigh; None: ``mass_kg`` is known.

    Raises:
        PlanError: on construction, no mass, or grams.
    """

    mass_kg: float
    measured: bool
    told: bool = False
    lightest_kg: float | None = None

    def __post_init__(self) -> None:
        check_mass(self.mass_kg, "the lungs", most_kg=5.0)
        check_mass(self.least_kg, "the lungs", most_kg=5.0)

    @property
    def least_kg(self) -> float:
        """The least that they weigh, for what is known."""
        return self.mass_kg if self.lightest_kg is None else self.lightest_kg

    def tell(self) -> Finding:
        """Whose mass it is."""
        fact = evidence.fact(_LUNG_MASS)
        if self.measured:
            text = f"Lungs weigh {self.mass_kg:.2f} kg by CT."
            return Finding("lung-mass", Status.MET, Severity.INFO, text)
        if self.told:
            text = f"Lungs weigh {self.mass_kg:.2f} kg as told by the user, not measured here."
            return Finding("lung-mass", Status.MET, Severity.CAUTION, text)
        text = (
            f"Lung mass is not measured: {self.mass_kg:g} kg by convention, too much for small or "
            "diseased lungs, whose dose is then higher. Weigh them by CT. No limit of theirs is "
            f"met that lungs of {self.least_kg:g} kg would pass."
        )
        return Finding(
            "lung-mass", Status.UNKNOWN, Severity.CAUTION, text, (fact.source,), facts=(fact.id,)
        )


def assume_lungs(lightest_kg: float | None = None) -> Lungs:
    """Lungs of the conventional mass, marked as not measured.

    Args:
        lightest_kg: the least that they may weigh instead; None: limits are judged by convention.
    """
    mass_kg = evidence.driving_value(_LUNG_MASS) / 1000.0
    return Lungs(mass_kg, measured=False, lightest_kg=lightest_kg)


def _check_ratio(value: float, what: str) -> None:
    if not (math.isfinite(value) and value > 0.0):
        raise PlanError(f"{what} is {value:g}: it must be above 0")
