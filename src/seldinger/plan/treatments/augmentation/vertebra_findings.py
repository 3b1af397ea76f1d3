"""What the vertebra itself says for and against cement: level, fracture, canal, walls, contents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger import evidence
from seldinger.anatomy.vertebra.model import Collapse, Wall
from seldinger.core.finding import Finding
from seldinger.core.record import read_assumptions
from seldinger.core.verdict import Severity, Status
from seldinger.plan.wording import cite, quote_fact, state_fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.anatomy.vertebra.model import CorticalBreak, Vertebra
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.treatments.augmentation.options import AugmentationOptions
    from seldinger.plan.treatments.augmentation.tumour import Tumour

_HALF_LOST = 0.5
_THIN_MM = 1.5
_DENSE_ML = 0.05
_ASSUMED = read_assumptions("seldinger.plan.treatments.augmentation")
SOLID, BARE = _ASSUMED["least_solid_share"], _ASSUMED["bare_wall_mm2"]
NOTCH = _ASSUMED["deepest_notch_mm"]
NARROW, INSIDE = _ASSUMED["least_canal_share"], _ASSUMED["canal_bone_ml"]
SCLEROTIC, CANAL = _ASSUMED["sclerotic_hu"], _ASSUMED["least_canal_mm2"]
ASSUMPTIONS = (SOLID, NOTCH, NARROW, INSIDE, BARE, SCLEROTIC, CANAL)
_CHOICE = "vertebra.height.choice"
_BACK = ("vertebra.imaging.back_wall", "vertebra.imaging.back_wall.leak2010",
         "vertebra.imaging.back_wall.leak2021")  # fmt: skip
_LOOK = (
    "What it leaves for the cord or the roots is for MR and a surgeon to say; no limit was read up "
    "to which cement may be given."
)
_AGES = ("vertebra.height.angle.palmowski.6_51wk",)
OLDEST_WEEKS = 51.0
"""The oldest fractures in the cohorts whose heights are told."""


def find_about_vertebra(
    vertebra: Vertebra,
    options: AugmentationOptions,
    tumour: Tumour,
    assumed: Assumed,
    *,
    balloon: bool,
    anchored: bool,
) -> Iterator[Finding]:
    """What must be known and said before a needle goes in.

    Args:
        vertebra: that is treated.
        options: what the user told.
        tumour: in it.
        assumed: every assumption as it is used.
        balloon: whether a balloon comes before the cement.
        anchored: whether a labelled rib or sacrum tells the levels apart.
    """
    yield _judge_level(vertebra, anchored=anchored)
    yield _judge_label(vertebra, tumour, assumed)
    yield _judge_canal(vertebra, assumed)
    yield from _judge_contents(vertebra, assumed)
    yield from _judge_tumour(tumour, heated=options.heat is not None)
    yield from _judge_walls(vertebra)
    yield _judge_collapse(vertebra, balloon=balloon)
    yield _judge_age(options, balloon=balloon)
    text = (
        f"The body measures {vertebra.density_hu:.0f} HU away from its walls. That is not a bone "
        "mineral density: the scan was not calibrated."
    )
    yield Finding("density", Status.MET, Severity.INFO, text)


def _judge_level(vertebra: Vertebra, *, anchored: bool) -> Finding:
    if vertebra.level_doubt is not None:
        text = (
            f"The label says {vertebra.level}, but {vertebra.level_doubt}. Count the level on "
            "images that show the sacrum or the skull, and in the room."
        )
        return Finding("level", Status.UNKNOWN, Severity.ACTION, text)
    if not anchored:
        text = (
            f"No rib and no sacrum is labelled, so that nothing but its own label says that it is "
            f"{vertebra.level}. Count the level on images that show the sacrum or the ribs."
        )
        return Finding("level", Status.UNKNOWN, Severity.ACTION, text)
    text = f"Nothing in the labels speaks against {vertebra.level}. Count it again in the room."
    return Finding("level", Status.MET, Severity.ACTION, text)


def doubt_outline(vertebra: Vertebra, tumour: Tumour, assumed: Assumed) -> tuple[str, ...]:
    """Why the label may not be the bone; empty where nothing speaks against it.

    Args:
        vertebra: whose label.
        tumour: in it.
        assumed: every assumption as it is used.
    """
    said = []
    if vertebra.cut_by_scan:
        said.append("the scan ends within it")
    bare = sum(one.area_mm2 for one in vertebra.breaks or () if one.wall is not Wall.BACK)
    if bare > assumed.get_value(BARE.name):
        said.append(
            f"no cortex shows over {bare:.0f} mm2 of its walls, so that it may lie beside the bone"
        )
    if vertebra.fused_with is not None:
        said.append(f"its label seems to hold {vertebra.fused_with} as well")
    if vertebra.touches is not None:
        said.append(
            f"no disc parts its label from that of {vertebra.touches}, or it goes on beyond the "
            "disc: a part of one may carry the name of the other"
        )
    if tumour.is_cut_out:
        said.append(
            f"{tumour.beside_ml:.1f} mL of a labelled lesion lie outside its label: cut out of it, "
            "as in a map of one label a voxel, or grown beyond it; label the vertebra whole"
        )
    filled = measure_solidity(vertebra)
    if filled < assumed.get_value(SOLID.name):
        said.append(
            f"its body fills only {100.0 * filled:.0f} % of its own hull: a piece is missing, or "
            "something else is in it"
        )
    elif vertebra.notch_mm > assumed.get_value(NOTCH.name):
        said.append(
            f"a notch {vertebra.notch_mm:.0f} mm deep is cut into the sides of its body, deeper "
            "than any waist: a piece is missing"
        )
    return tuple(said)


def measure_solidity(vertebra: Vertebra) -> float:
    """Share of its convex hull that a body fills."""
    rim = vertebra.body & ~scipy.ndimage.binary_erosion(vertebra.body)
    hull = scipy.spatial.ConvexHull(np.argwhere(rim).astype(np.float64))
    return float(vertebra.body.sum()) / float(hull.volume)


def _judge_label(vertebra: Vertebra, tumour: Tumour, assumed: Assumed) -> Finding:
    said = doubt_outline(vertebra, tumour, assumed)
    if said:
        text = (
            f"The outline of {vertebra.level} cannot be trusted: {' and '.join(said)}. Scan all of "
            "it, or correct the labels, and plan again."
        )
        return Finding("vertebra-outline", Status.UNKNOWN, Severity.ACTION, text)
    text = f"{vertebra.level} is whole in the scan and apart from its neighbours."
    return Finding("vertebra-outline", Status.MET, Severity.ACTION, text)


def _judge_canal(vertebra: Vertebra, assumed: Assumed) -> Finding:
    if vertebra.canal is None:
        text = (
            f"The canal of {vertebra.level} does not show, so that no distance to it can be told. "
            "Nothing here is clear of it: outline the cord or the canal and plan again."
        )
        return Finding("canal", Status.UNKNOWN, Severity.ACTION, text)
    area = measure_canal_mm2(vertebra)
    if area < assumed.get_value(CANAL.name):
        text = (
            f"Only {area:.0f} mm2 of a canal show at {vertebra.level}: a part of it, an open arch, "
            "or a canal that is narrowed. Outline the canal and plan again."
        )
        return Finding("canal", Status.UNKNOWN, Severity.ACTION, text)
    share = vertebra.canal_share
    if share is not None and share < assumed.get_value(NARROW.name):
        text = (
            f"At its narrowest the canal of {vertebra.level} has {100.0 * share:.0f} % of the "
            f"section that the levels beside it let expect: bone pushed back into it? {_LOOK}"
        )
        return Finding("canal", Status.UNKNOWN, Severity.ACTION, text)
    bone_ml = vertebra.canal_bone_ml
    if bone_ml is not None and bone_ml > assumed.get_value(INSIDE.name):
        text = (
            f"{bone_ml:.2f} mL inside the canal of {vertebra.level} are as dense as "
            f"bone: a fragment, bone that grew there, old cement or a contrast agent? {_LOOK}"
        )
        return Finding("canal", Status.UNKNOWN, Severity.ACTION, text)
    width = (
        "its section is compared with none: here, above or below no whole, closed canal shows"
        if share is None
        else f"at its narrowest it has {100.0 * share:.0f} % of the section of those beside it"
    )
    text = f"The canal of {vertebra.level} shows; every line is measured to it; {width}."
    if bone_ml is None:
        text = f"{text} Its arch closes no section, so that bone in it was not looked for."
        return Finding("canal", Status.UNKNOWN, Severity.CAUTION, text)
    return Finding("canal", Status.MET, Severity.ACTION, text)


def measure_canal_mm2(vertebra: Vertebra) -> float:
    """Mean section of the canal within the body's height; 0 where none shows."""
    if vertebra.canal is None:
        return 0.0
    heights = vertebra.heights
    return 1000.0 * float(vertebra.canal.sum()) * vertebra.grid.voxel_ml / max(
        heights.back_mm, 1.0
    )  # fmt: skip


def _judge_contents(vertebra: Vertebra, assumed: Assumed) -> Iterator[Finding]:
    if vertebra.dense_ml > _DENSE_ML:
        text = (
            f"{vertebra.dense_ml:.1f} mL of the body is as dense as metal or cement. If it was "
            "treated before, cement cannot go there, and what a needle does is not foreseen here."
        )
        yield Finding("dense-inside", Status.NOT_MET, Severity.ACTION, text)
    if vertebra.density_hu > assumed.get_value(SCLEROTIC.name):
        text = (
            f"The body measures {vertebra.density_hu:.0f} HU away from its walls: denser than "
            "spongy bone. Old cement, or a tumour that builds bone? Look at the images."
        )
        yield Finding("dense-body", Status.NOT_MET, Severity.ACTION, text)
    if vertebra.cleft is None and max(vertebra.source_voxel_mm) > _THIN_MM:
        text = "A cleft does not show in slices as thick as these: whether there is one is unknown."
        yield Finding("cleft", Status.UNKNOWN, Severity.CAUTION, text)
    if vertebra.cleft is not None:
        facts = ("vertebra.leak.odds.cleft", "vertebra.filling.recollapse.cleft")
        text = (
            f"A cleft of {vertebra.cleft.volume_ml:.1f} mL holds {vertebra.cleft.content}. "
            f"{' '.join(quote_fact(one) for one in facts)}"
        )
        yield Finding("cleft", Status.NOT_MET, Severity.CAUTION, text, cite(*facts))


def _judge_tumour(tumour: Tumour, *, heated: bool) -> Iterator[Finding]:
    if not tumour.is_there:
        if not tumour.asked:
            text = (
                "Why it broke is not told, and in thin bone a tumour is as dense as marrow: say "
                "the cause (--answer cause=osteoporosis, trauma, metastasis ...)."
            )
            yield Finding("tumour", Status.UNKNOWN, Severity.ACTION, text)
        return
    facts = ("vertebra.tumour.cement.leak2022", "vertebra.tumour.cement.canal2022")
    heat = "" if heated else "Radiofrequency before the cement is planned with --heat. "
    text = (
        f"A tumour: {tumour.words}. Cement flows in it as nothing here foresees. Take a biopsy "
        f"through the same needle unless it is proven. {heat}"
        f"{' '.join(state_fact(one) for one in facts)}"
    )
    yield Finding("tumour", Status.NOT_MET, Severity.CAUTION, text, cite(*facts))


def _judge_walls(vertebra: Vertebra) -> Iterator[Finding]:
    if vertebra.breaks is None:
        coarse = max(vertebra.source_voxel_mm)
        text = (
            f"Voxels of {coarse:.1f} mm do not show whether the cortex is broken: leaks through it "
            "are unknown. Scan in slices of a millimetre."
            if coarse > _THIN_MM
            else "The cortex is no denser than what it surrounds, so that "
            "nothing tells whether it is broken: leaks through it are unknown."
        )
        yield Finding("cortex", Status.UNKNOWN, Severity.ACTION, text)
        return
    back = [one for one in vertebra.breaks if one.wall is Wall.BACK]
    if back:
        text = (
            f"The back wall shows no cortex over {_area(back):.0f} mm2 at least: cement may enter "
            f"the canal there. {' '.join(state_fact(one) for one in _BACK)}"
        )
        yield Finding("back-wall", Status.NOT_MET, Severity.ACTION, text, cite(*_BACK))
    others = [one for one in vertebra.breaks if one.wall is not Wall.BACK]
    if others:
        fact = "vertebra.leak.odds.cortex"
        where = ", ".join(f"{one.wall.value} {one.area_mm2:.0f} mm2" for one in others)
        text = f"No cortex shows at: {where}. {quote_fact(fact)}"
        yield Finding("cortex", Status.NOT_MET, Severity.CAUTION, text, cite(fact))
    if not vertebra.breaks:
        text = (
            "No break of the cortex shows; a small one would not, and in the middle of the back "
            "wall, where a vein leaves, none is looked for."
        )
        yield Finding("cortex", Status.UNKNOWN, Severity.CAUTION, text)


def _area(breaks: list[CorticalBreak]) -> float:
    return sum(one.area_mm2 for one in breaks)


def _judge_collapse(vertebra: Vertebra, *, balloon: bool) -> Finding:
    heights, lost = vertebra.heights, vertebra.heights.lost_share
    stands = (
        f"heights {heights.front_mm:.0f} mm in front, {heights.middle_mm:.0f} in the middle, "
        f"{heights.back_mm:.0f} behind"
    )
    if lost is None or heights.shape is None:
        text = (
            f"How much height is lost is unknown: its neighbours tell no height to expect "
            f"({stands})."
        )
        return Finding("collapse", Status.UNKNOWN, Severity.CAUTION, text)
    shape = "no collapse" if heights.shape is Collapse.NONE else heights.shape.value
    grade = "vertebra.imaging.genant.3"
    told = (
        f"{100.0 * lost:.0f} % of the expected height is lost ({shape}, Genant {heights.grade}; "
        f"{stands})."
    )
    advice = state_fact(_CHOICE)
    if lost > _HALF_LOST and not balloon:
        text = f"{told} {advice} Think of a kyphoplasty."
        return Finding("collapse", Status.NOT_MET, Severity.CAUTION, text, cite(_CHOICE, grade))
    if heights.grade == 0:
        text = f"{told} Nothing is collapsed here: is this the level that hurts?"
        return Finding("collapse", Status.NOT_MET, Severity.CAUTION, text, cite(grade))
    return Finding("collapse", Status.MET, Severity.CAUTION, f"{told} {advice}", cite(_CHOICE))


def _judge_age(options: AugmentationOptions, *, balloon: bool) -> Finding:
    weeks = options.fracture_weeks
    if weeks is not None and not balloon:
        text = (
            f"The fracture is {weeks:g} weeks old. No cohort that was read tells by its age what "
            "comes of a vertebroplasty."
        )
        return Finding("fracture-age", Status.UNKNOWN, Severity.CAUTION, text)
    if weeks is None:
        text = (
            "The age of the fracture is not told: every cohort's gain of height stands beside the "
            "others, and none is chosen. Tell it (--fracture-weeks)."
        )
        return Finding("fracture-age", Status.UNKNOWN, Severity.CAUTION, text)
    if weeks > OLDEST_WEEKS:
        text = (
            f"The fracture is {weeks:g} weeks old; no cohort here goes beyond "
            f"{OLDEST_WEEKS:g} weeks. Whether it still moves, and gains anything, is not known."
        )
        return Finding("fracture-age", Status.NOT_MET, Severity.ACTION, text, cite(*_AGES))
    text = f"The fracture is {weeks:g} weeks old, within the cohorts whose heights are told."
    return Finding("fracture-age", Status.MET, Severity.CAUTION, text, cite(*_AGES))


def list_sham_trials() -> Finding:
    """What the trials against a sham procedure showed, and what they did not."""
    facts = (
        "vertebra.evidence.invest.pain", "vertebra.evidence.buchbinder.pain",
        "vertebra.evidence.vertos4.pain", "vertebra.evidence.free.sf36",
    )  # fmt: skip
    known = [one for one in facts if evidence.fact(one).value is not None]
    text = (
        f"{' '.join(state_fact(one) for one in known)} Trials against a sham procedure showed no "
        "sure relief; those against ordinary care, where everybody knew, did. Say so to the "
        "patient."
    )
    return Finding("sham-trials", Status.MET, Severity.INFO, text, cite(*known))
