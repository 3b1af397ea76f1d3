"""The way in: its picture, the recipe for the room, what blocks, what nobody saw, other ways."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from seldinger.report import figures, first_page, skin, words
from seldinger.report.ablation import is_ablation
from seldinger.report.ablation_probes import describe_touches
from seldinger.report.blocks import Block, Card, Cards, Columns, Figure, Heading, Note, Row, Text
from seldinger.report.sections import Part, Section
from seldinger.report.tables import with_headings

if TYPE_CHECKING:
    from seldinger.plan.model import Path, Plan
    from seldinger.report.sections import Drawing

VIEW_SHARES = (1.62, 1.0)
"""Widths of the slices and of the skin map beside them."""
_KIND = "percutaneous"
_COMPARED = "Scores compare within this plan only."


def build_picture(plan: Plan) -> tuple[Block, ...]:
    """The plane that holds the needle; the target alone without a path."""
    if is_ablation(plan):
        return ()
    return (_hero(plan, plan.approach.paths[0]) if plan.approach.paths else _target_only(),)


def build_reach(plan: Plan) -> tuple[Block, ...]:
    """What blocks and could be opened; the recipe beside the nearest structures."""
    blocked, opened = first_page.build_blocked(plan), first_page.build_relaxations(plan)
    blocks: tuple[Block, ...] = ()
    if blocked is not None:
        blocks += with_headings(("What blocks", blocked))
    if opened is not None:
        offered = "What could be opened, and what that costs"
        blocks += with_headings((offered if blocked is not None else "Rules opened by you", opened))
    recipe, nearest = first_page.build_recipe(plan), first_page.build_nearest(plan)
    if not is_ablation(plan) and recipe is not None and nearest is not None:
        left = with_headings(("Needle recipe for the CT room", recipe))
        right = with_headings(("Nearest structures", nearest))
        blocks += (Columns((left, right), (1.02, 1.0)),)
    return blocks


def build_unseen(plan: Plan) -> tuple[Block, ...]:
    """What was not segmented is unknown, never clear."""
    names = ", ".join(words.name(n) for n in plan.not_segmented)
    tone, lead = "warn" if names else "plain", "Not segmented"
    return (Note(_not_segmented_note(plan), tone, lead, names),)


def build_alternatives(plan: Plan) -> tuple[Block, ...]:
    """The other paths, and the views of the best."""
    chances = f"P(hit) is {words.ONE_UNCORRECTED}. {_COMPARED}"
    if is_ablation(plan):
        others = tuple(_card(n, p) for n, p in enumerate(plan.spare_paths, start=2))
        if not others:
            return ()
        return (Heading("Other paths"), Cards(others), Text(f"For one probe. {chances}", soft=True))
    if not plan.approach.paths:
        return ()
    others = tuple(_card(n, p) for n, p in enumerate(plan.spare_paths, start=2))
    return (
        Heading("Other paths"),
        Cards(others, "No other path was kept."),
        Text(chances, soft=True),
        Heading("Views"),
        Columns((_slices(), (_skin(),)), VIEW_SHARES),
    )


def _not_segmented_note(plan: Plan) -> str:
    if plan.not_segmented:
        return "No label shows these. They may lie on the path: unknown, not clear. Look for them."
    return (
        "Nothing that this procedure asks about. Small vessels and nerves are in no usual set of "
        "labels."
    )


def _hero(plan: Plan, best: Path) -> Figure:
    return Figure(
        "pictures/hero.png",
        "Oblique CT plane that holds the needle, from outside the skin to beyond the tip",
        f"The plane that holds the needle. P(hit) {words.chance(best.probability.hit)} "
        f"{words.ONE_UNCORRECTED}. {figures.explain_signs(plan, best)}.{_outlined(plan)}",
        fills=True,
    )


def _outlined(plan: Plan) -> str:
    """What the white outlines are."""
    volumes = {} if plan.fields is None else plan.fields.volumes
    masks = [words.name(name) for name, volume in volumes.items() if volume.values.dtype == bool]
    return f" White outline: predicted {', '.join(masks)}." if masks else ""


def _target_only() -> Figure:
    return Figure(
        "pictures/hero.png",
        "Axial CT slice at the target; there is no path",
        "The target in its axial slice. No path is free.",
        fills=True,
    )


def _slices() -> tuple[Figure, ...]:
    return (
        Figure(
            "pictures/axial.png",
            "Axial slices at the target and at the entry with the needle projected on them",
            "Axial slices, patient's right on the left. Needle: solid where it lies in the slice, "
            "dashed where it is only projected on it.",
        ),
        Figure(
            "pictures/needles-eye.png",
            "Three planes across the needle with rings of 5 and 10 mm",
            "Needle's-eye view: planes across the needle, head upwards; rings at 5 and 10 mm.",
        ),
    )


def _skin() -> Figure:
    return Figure(
        "pictures/skin.png",
        "Body surface with the numbered entries",
        "Skin map: numbered entries; hollow numbers lie on the far side; grey: table "
        "contact, arm, cut or scan end.",
    )


def _card(number: int, path: Path) -> Card:
    known = sorted((c, n) for n, c in path.clearances_mm.items() if c is not None)
    close = words.UNKNOWN
    if known:
        clearance, name = known[0]
        close = f"{words.name(name)} {'crossed' if clearance == 0.0 else words.mm(clearance)}"
    return Card(
        title=f"Path {number}",
        stamp=f"RESCAN FIRST: {path.patient_position}" if path.provisional else "",
        facts=(
            Row(("depth", words.mm(path.depth_mm))),
            Row(("nearest", close)),
            Row(("P(hit)", words.chance(path.probability.hit))),
            Row(("P(touch)", describe_touches(path))),
            Row(("entry from target", words.entry_in_short(path))),
            Row(("tilt", words.axial_tilt(path))),
            Row(("position", path.patient_position)),
            Row(("unidentified", words.mm(path.unidentified_mm))),
            Row(("score, 0 is best", f"{path.score:.2f}")),
        ),
        note=" ".join(path.notes),
        picture=Figure(
            f"pictures/path-{number}.png", f"Needle plane of path {number}", f"Path {number}"
        ),
    )


def _drawn_first(plan: Plan) -> tuple[Drawing, ...]:
    if is_ablation(plan):
        return ()
    if not plan.approach.paths:
        return (("hero", lambda: figures.draw_target(plan)),)
    return (("hero", lambda: figures.draw_needle(plan, plan.approach.paths[0])),)


def _drawn_after(plan: Plan) -> tuple[Drawing, ...]:
    small = tuple(
        (f"path-{number}", partial(figures.draw_thumbnail, plan, path))
        for number, path in enumerate(plan.spare_paths, start=2)
    )
    if is_ablation(plan) or not plan.approach.paths:
        return small
    best = plan.approach.paths[0]
    return (
        *small,
        ("axial", lambda: figures.draw_axial(plan, best)),
        ("needles-eye", lambda: figures.draw_needles_eye(plan, best)),
        ("skin", lambda: skin.draw_skin_map(plan)),
    )


PICTURE = Section(Part.FIRST, 20, build_picture, _drawn_first, approach=_KIND)
REACH = Section(Part.FIRST, 50, build_reach, approach=_KIND)
UNSEEN = Section(Part.FIRST, 60, build_unseen, approach=_KIND)
ALTERNATIVES = Section(Part.BODY, 40, build_alternatives, _drawn_after, approach=_KIND)
