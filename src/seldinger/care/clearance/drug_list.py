"""Drug list: what is said of the list itself, of several drugs at once, and by labels beside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.care import drugs
from seldinger.care.clearance.findings import finding, settle
from seldinger.care.clearance.kept import name_of
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.care.clearance.holds import Setting
    from seldinger.care.patient import Drug
    from seldinger.core.finding import Finding

TOPIC = "drugs"
LIST_RULE = "drugs.list"


def assess_list(setting: Setting) -> Iterator[Finding]:
    """What is said of the list itself: whether it is complete, and what is not recognised."""
    patient = setting.case.patient
    if not patient.drugs_complete:
        yield finding(
            LIST_RULE, TOPIC, Status.UNKNOWN, Severity.ACTION,
            "Nobody said that the list of drugs is complete.",
            profile=setting.profile, missing=("all drugs (drugs_complete)",),
        )  # fmt: skip
    if not patient.conditions_complete:
        yield finding(
            "conditions.list", "conditions", Status.UNKNOWN, Severity.ACTION,
            "Nobody said that the list of conditions is complete.",
            profile=setting.profile, missing=("all conditions (conditions_complete)",),
        )  # fmt: skip
    for drug in drugs.list_unrecognised(patient):
        result = finding(
            f"drugs.unrecognised.{drug.name}", TOPIC, Status.UNKNOWN, Severity.ACTION,
            f"{drugs.describe_unrecognised(drug)}.", profile=setting.profile,
            inputs={"drug": drug.told}, considers=(f"drug.{drug.name}",),
            decides="who prescribes it",
        )  # fmt: skip
        result = settle(result, setting.case.request, setting.profile, drug.name)
        lacking = () if result.status is Status.MET else (f"what {drug.told} is{_offered(drug)}",)
        yield replace(result, missing=lacking)


def assess_together(setting: Setting) -> Iterator[Finding]:
    """What is said where several drugs against clots are taken: the source speaks of one."""
    platelets = drugs.drugs_of_class(setting.case.patient, "antiplatelet")
    clots = drugs.drugs_of_class(setting.case.patient, "anticoagulant")
    if len(platelets) + len(clots) < 2:  # noqa: PLR2004  one drug, or none
        return
    both = bool(platelets and clots) or len(clots) > 1
    names = ", ".join(one.told for one in (*clots, *platelets))
    result = finding(
        "drugs.together", TOPIC, Status.UNKNOWN if both else Status.MET, Severity.CAUTION,
        f"{names} together: the source speaks of one drug and one defect at a time; together they "
        "bleed more than it says.",
        profile=setting.profile, inputs={"drugs": names}, decides="the operator",
    )  # fmt: skip
    yield settle(result, setting.case.request, setting.profile)


_ANY = float("inf")
_LABELS = {
    "apixaban": {(0.0, _ANY): "antithrombotic.label.apixaban.low"},
    "dabigatran": {
        (80.0, _ANY): "antithrombotic.eu_label.dabigatran.standard.crcl_over_80",
        (50.0, 80.0): "antithrombotic.eu_label.dabigatran.standard.crcl_50_to_80",
        (0.0, 50.0): "antithrombotic.eu_label.dabigatran.standard.crcl_30_to_50",
    },
}
"""What labels say of direct anticoagulants before low risk: drug -> clearance -> fact."""


def compare_labels(setting: Setting) -> Iterator[Finding]:
    """What the label says beside the consensus, where the two differ: both stand."""
    if "low" not in setting.bleeding.considered:
        return
    clearance = setting.inputs["crcl_ml_per_min"].value
    for drug in setting.case.patient.drugs:
        for (low, high), name in _LABELS.get(drug.name, {}).items():
            banded = low > 0.0 or high < _ANY
            if banded and not (isinstance(clearance, float) and low < clearance <= high):
                continue
            yield finding(
                f"drugs.label.{drug.name}", TOPIC, Status.MET, Severity.CAUTION,
                f"{name_of(drug)}: the consensus goes on before low risk. {fact(name).statement} "
                "Both stand; who prescribes it is asked where they would differ.",
                profile=setting.profile, facts=(name,), inputs={"drug": drug.told},
            )  # fmt: skip


def _offered(drug: Drug) -> str:
    alike = drugs.find_similar(drug.told)
    return f" (did you mean {' or '.join(alike)}?)" if alike else ""
