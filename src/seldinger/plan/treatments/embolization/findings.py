"""Findings: what speaks for and against a plan, and what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.anatomy.feeders import ASIDE
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.embolization.emulsion import Emulsion, is_emulsion
from seldinger.plan.treatments.embolization.emulsion_told import judge_emulsion, list_missing
from seldinger.plan.treatments.embolization.material import (
    CONCENTRATION,
    CONTRAST,
    SIZE_FACTS,
)
from seldinger.plan.treatments.embolization.positions import measure_widths
from seldinger.plan.wording import cite, state_fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.embolization.amounts import Amounts
    from seldinger.plan.treatments.embolization.material import Material
    from seldinger.plan.treatments.embolization.options import (
        ChemoembolizationAnswers,
        EmbolizationOptions,
    )
    from seldinger.plan.treatments.embolization.positions import Positions

_END, _NOT_REACHED = "embolization.deb.end_point", "embolization.deb.end_point.not_reached"
_SESSIONS, _REPEAT = "embolization.deb.sessions", "embolization.deb.repeat"
_LOADING, _LOADED_IN = "embolization.deb.loading_time", "embolization.deb.loading_measured"
_ABSCESS = ("embolization.tace.abscess", "embolization.tace.abscess.biliary")
_LARGE = "embolization.tace.large"
_MM_PER_CM = 10.0
_ASIDE = 0.01
"""Of the beads, outside target and organ: more is told as not met."""
_CLOSE = 1e-9


def list_findings(
    case: TerritoryCase,
    said: ChemoembolizationAnswers,
    options: EmbolizationOptions,
    positions: Positions,
    material: Material | Emulsion | None,
    amounts: Amounts,
    shaft_mm: float,
) -> tuple[Finding, ...]:
    """Everything that is to be told, but the liver's reserve and the stage.

    Args:
        case: with its target.
        said: what is answered.
        options: what is told.
        positions: places of the catheter.
        material: what is given; None: nobody chose.
        amounts: where it is.
        shaft_mm: lumen that the catheter needs.
    """
    return (
        *_judge_asked(said, options, material),
        *judge_cover(case, positions),
        *judge_reach(case, positions, shaft_mm),
        *judge_aside(case, positions),
        *judge_unread(case),
        *_tell_material(material, said.disease),
        *(judge_emulsion(said, material) if is_emulsion(options) else ()),
        *_tell_amounts(case, material, amounts),
        *(() if is_emulsion(options) else _tell_end()),
        *_tell_abscess(),
    )


def _judge_asked(
    said: ChemoembolizationAnswers,
    options: EmbolizationOptions,
    material: Material | Emulsion | None,
) -> Iterator[Finding]:
    if said.lipiodol_forbidden is not None and not is_emulsion(options):
        text = "lipiodol-forbidden is answered and no lipiodol is given: leave the answer out."
        yield Finding("answer-unread", Status.UNKNOWN, Severity.ACTION, text)
    missing = []
    if is_emulsion(options):
        missing += list_missing(options, said)
    elif material is None:
        missing.append("the agent (--agent dc_bead ... or lipiodol)")
    if said.disease is None:
        missing.append("the disease (--answer disease=hcc or metastases)")
    if missing:
        text = f"Not told: {'; '.join(missing)}. No drug is planned without."
        yield Finding("embolization-asked", Status.UNKNOWN, Severity.ACTION, text)


def judge_cover(case: TerritoryCase, positions: Positions) -> Iterator[Finding]:
    """What of the target is reached, as likely and as sure.

    Args:
        case: with its target.
        positions: places of the catheter.
    """
    lesion, chosen = case.target.lesions[0], positions.chosen
    if chosen is None:
        text = f"Where to give it is not known: {positions.why}. Trace the arteries of the organ."
        yield Finding("positions", Status.UNKNOWN, Severity.ACTION, text)
        return
    held = case.assumed.get_value("embolization_held")
    names = ", then ".join(positions.names)
    joined = positions.joined
    shares = [
        (one.label, *((0.0, 0.0) if joined is None else joined.share(one.mask)[:2]))
        for one in case.target.lesions
    ]
    sure, reached = min(one[1] for one in shares), chosen.target_share
    told = f"{100.0 * reached:.0f} % of {lesion.label} is reached, {100.0 * sure:.0f} % surely"
    if len(shares) > 1:  # each for itself: a large one hides what is missed of a small one
        reached = min(one[2] for one in shares)
        told = "; ".join(
            f"{100.0 * likely:.0f} % of {name} is reached, {100.0 * surely:.0f} % surely"
            for name, surely, likely in shares
        )
    text = (
        f"Given into {names}: {told}, as far as arteries are traced; {chosen.spill_ml:.0f} mL of "
        "organ beside it."
    )
    status = Status.MET
    if reached < held - _CLOSE:
        text += f" At least {100.0 * held:.0f} % are wanted: add a place, or take a larger artery."
        status = Status.NOT_MET
    least = case.assumed.get_value("embolization_sure")
    if sure < least:
        text += (
            f" Surely less than {100.0 * least:.0f} %: other traced branches are nearly as near. "
            "Cone-beam CT from the tip must show the tumour before anything is given."
        )
        status = Status.NOT_MET
    yield Finding("positions", status, Severity.ACTION, text)
    if positions.refused:
        thin = ", ".join(dict.fromkeys(positions.refused))
        text = f"Too thin for a tip, though they feed it more selectively: {_shorten(thin)}."
        yield Finding("thin-feeders", Status.MET, Severity.INFO, text)


def _shorten(text: str, most: int = 160) -> str:
    return text if len(text) <= most else f"{text[:most].rsplit(',', 1)[0]} and others"


def judge_reach(case: TerritoryCase, positions: Positions, shaft_mm: float) -> Iterator[Finding]:
    """Whether the catheter passes to the places after the first, whose way is judged elsewhere.

    Args:
        case: with its target.
        positions: places of the catheter.
        shaft_mm: lumen that it needs.
    """
    tree, chosen = case.vessels, positions.chosen
    if tree is None or chosen is None:
        return
    width = measure_widths(tree)
    for one, name in zip(chosen.feeders[1:], positions.names[1:], strict=True):
        if width[one.edge] < shaft_mm:
            text = (
                f"On the way to the {name} the lumen is {width[one.edge]:.1f} mm; "
                f"a tip needs {shaft_mm:.1f} mm."
            )
            yield Finding(f"reach-{one.edge}", Status.NOT_MET, Severity.ACTION, text)


def judge_aside(case: TerritoryCase, positions: Positions) -> Iterator[Finding]:
    """Arteries beyond a tip that lead to other organs, named or not.

    Args:
        case: with its target.
        positions: places of the catheter.
    """
    tree, chosen = case.vessels, positions.chosen
    if tree is None or chosen is None:
        return
    words = ASIDE.get(case.target.organ or "", ())
    found = dict.fromkeys(name or "an artery without a name" for name in chosen.leads_aside)
    for one in chosen.feeders:
        names = (tree.edges[n].name for n in (one.edge, *tree.below(one.edge)))
        found |= dict.fromkeys(n for n in names if any(word in n for word in words))
    if found:
        text = (
            f"Beyond a planned tip arises {', '.join(found)}: beads go there. Place the tip beyond "
            "it, or close it with a coil first."
        )
        yield Finding("branches-aside", Status.NOT_MET, Severity.ACTION, text)


def judge_unread(case: TerritoryCase) -> Iterator[Finding]:
    """Labels that nobody knows: an artery among them would change what is reached.

    Args:
        case: with its anatomy.
    """
    unread = case.anatomy.unread
    if unread:
        text = (
            f"Labels that no vocabulary knows: {', '.join(unread)}. What they show is not in this "
            "plan, an artery that feeds the target among it perhaps: name them, or leave them out."
        )
        yield Finding("labels-unread", Status.UNKNOWN, Severity.ACTION, text)


def _tell_material(material: Material | Emulsion | None, disease: str | None) -> Iterator[Finding]:
    if material is None or isinstance(material, Emulsion):
        return
    text = (
        f"{material.agent.title}, {material.size.text}: "
        + " ".join(state_fact(one) for one in SIZE_FACTS)
    )  # fmt: skip
    yield Finding("bead-size", Status.MET, Severity.INFO, text, cite(*SIZE_FACTS), facts=SIZE_FACTS)
    per_ml = material.drug_mg / material.beads_ml
    low, most = evidence.fact(CONCENTRATION).interval or (0.0, 0.0)
    held = low * (1.0 - _CLOSE) <= per_ml <= most * (1.0 + _CLOSE)
    whose = "as told" if material.told else "the most of one vial"
    text = (
        f"{material.drug_mg:g} mg of {material.loading.drug} ({whose}) in {material.vials} "
        f"vial{'s' * (material.vials > 1)}, {per_ml:.1f} mg per mL of beads ({low:g} to {most:g} "
        f"published). {state_fact(material.drug_fact)} {state_fact(_LOADING)} "
        f"{state_fact(_LOADED_IN)} {state_fact(CONTRAST)}"
    )
    facts = (material.drug_fact, CONCENTRATION, _LOADING, _LOADED_IN, CONTRAST)
    status = Status.MET if held else Status.NOT_MET
    doubts = []
    if disease is not None and disease != "hcc":
        doubts.append("These doses were read of hepatocellular carcinoma alone.")
    if not material.vial_known:
        doubts.append(
            f"How much a vial of {material.agent.title} holds was not read: that of DC Bead is "
            "taken; the number of beads and the load per mL are its."
        )
    if doubts:
        text, status = " ".join((text, *doubts)), Status.UNKNOWN
    yield Finding("drug-dose", status, Severity.ACTION, text, cite(*facts), facts=facts)


def _tell_amounts(
    case: TerritoryCase, material: Material | Emulsion | None, amounts: Amounts
) -> Iterator[Finding]:
    if material is None:
        return
    what = "emulsion" if isinstance(material, Emulsion) else "beads"
    if amounts.too_large:
        yield Finding("beads", Status.NOT_MET, Severity.ACTION, f"Beads stick: {amounts.why}")
        return
    if amounts.shares is None:
        text = f"Where {what} comes to lie was not followed: {amounts.why}"
        yield Finding("beads", Status.UNKNOWN, Severity.CAUTION, text)
        return
    target, organ, elsewhere, lung = (100.0 * share for share in amounts.shares)
    text = (
        f"Of the {what} {target:.0f} % come to lie in the target, {organ:.0f} % in the organ "
        f"beside it, {elsewhere:.0f} % elsewhere, {lung:.1f} % in the lung, by the blood that each "
        "takes before anything lodged."
    )
    least = 100.0 * case.assumed.get_value("embolization_target_beads")
    if target < least:
        text += f" Below {least:.0f} % in the target: look for a more selective place."
    spoilt = elsewhere + lung > 100.0 * _ASIDE or target < least
    status = Status.NOT_MET if spoilt else Status.MET
    yield Finding("beads", status, Severity.CAUTION, text)


def _tell_end() -> Iterator[Finding]:
    facts = (_END, _NOT_REACHED)
    text = " ".join(state_fact(one) for one in facts)
    yield Finding("end-point", Status.MET, Severity.INFO, text, cite(*facts), facts=facts)
    text = " ".join(state_fact(one) for one in (_SESSIONS, _REPEAT))
    yield Finding("sessions", Status.MET, Severity.INFO, text, cite(_SESSIONS, _REPEAT),
                  facts=(_SESSIONS, _REPEAT))  # fmt: skip


def _tell_abscess() -> Iterator[Finding]:
    text = " ".join(f"{state_fact(one)} A rate of a population." for one in _ABSCESS)
    yield Finding("abscess", Status.MET, Severity.INFO, text, cite(*_ABSCESS), facts=_ABSCESS)


def judge_size(lengths_mm: tuple[float, ...]) -> Iterator[Finding]:
    """A tumour so large that it speaks against the treatment.

    Args:
        lengths_mm: longest diameters, the longest first.
    """
    most = _MM_PER_CM * evidence.driving_value(_LARGE, secondary=True)
    if lengths_mm and lengths_mm[0] >= most:
        text = f"The largest tumour is {lengths_mm[0] / _MM_PER_CM:.1f} cm. {state_fact(_LARGE)}"
        yield Finding("large-tumour", Status.NOT_MET, Severity.ACTION, text, cite(_LARGE),
                      facts=(_LARGE,))  # fmt: skip
