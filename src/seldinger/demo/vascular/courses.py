"""Courses: the ways that the arteries of the built-in vascular patient take.

Every number is geometry of an invented patient (LPS mm; x = 0 the midline, y = 0 mid-depth, z = 0
the middle of L4): measurements of nobody, evidence of nothing. Aorta and kidneys lie where those of
the built-in patient lie; the arms lie beside the trunk, palms up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seldinger.core.space import Vector

SIDES = {"left": 1.0, "right": -1.0}
ROOT = "aortic root"
ROOT_LPS_MM = (-3.0, -32.0, 312.0)
BEYOND_FISTULA = "left radial artery beyond the fistula"
"""Named apart, or its smaller width would look like a stenosis."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A vessel from one node to the next.

    Attributes:
        vessel: its name.
        end: name of the node where it ends.
        way: points that it passes, LPS mm; the last is the node.
        calibre: key of its calibre; "" for the vessel's own.
    """

    vessel: str
    end: str
    way: tuple[Vector, ...]
    calibre: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """Vessels that follow each other as one smooth curve.

    Attributes:
        start: name of the node where it begins; a course before it ends or passes there.
        stretches: in the direction of the flow.
    """

    start: str
    stretches: tuple[Stretch, ...]


def list_courses(*, bovine_arch: bool, fistula: bool, spleen: bool = False) -> tuple[Course, ...]:
    """Every course, parents before their branches.

    Args:
        bovine_arch: the left common carotid artery leaves the brachiocephalic trunk.
        fistula: the left cephalic vein is joined to the left radial artery.
        spleen: the splenic artery has the places where branches to the pancreas leave it.
    """
    limbs = [
        one
        for side in SIDES
        for one in (*_neck(side), *_arm(side, fistula=fistula and side == "left"), *_leg(side))
    ]
    return (
        _aorta(bovine_arch=bovine_arch),
        *_arch(bovine_arch=bovine_arch),
        *_belly(spleen=spleen),
        *_iliacs(),
        *limbs,
    )


def _aorta(*, bovine_arch: bool) -> Course:
    carotid = Stretch("aortic arch", "origin of the left carotid", ((7.0, -15.0, 368.0),))
    arch = Stretch("aortic arch", "origin of the left subclavian", ((20.0, 1.0, 370.0),))
    if bovine_arch:
        arch = replace(arch, way=(*carotid.way, *arch.way))
    belly = "abdominal aorta"
    return Course(
        ROOT,
        (
            Stretch(
                "ascending aorta", "origin of the brachiocephalic trunk",
                ((-11.0, -37.0, 334.0), (-6.0, -27.0, 357.0)),
            ),
            *(() if bovine_arch else (carotid,)),
            arch,
            Stretch(
                "descending thoracic aorta", "origin of the coeliac trunk",
                ((27.0, 19.0, 354.0), (27.0, 26.0, 290.0), (21.0, 20.0, 225.0),
                 (13.5, 11.0, 152.0)),
            ),
            Stretch(belly, "origin of the superior mesenteric artery", ((12.6, 10.2, 134.0),)),
            Stretch(belly, "origin of the right renal artery", ((12.0, 9.7, 121.0),)),
            Stretch(belly, "origin of the left renal artery", ((11.3, 9.3, 110.0),)),
            Stretch(belly, "origin of the inferior mesenteric artery", ((7.3, 9.2, 46.0),)),
            Stretch(belly, "aortic bifurcation", ((5.0, 10.0, 6.0),)),
        ),
    )  # fmt: skip


def _arch(*, bovine_arch: bool) -> tuple[Course, ...]:
    """The trunk and the first stretches of the carotid and subclavian arteries."""
    trunk = "brachiocephalic trunk"
    low, high = (-13.0, -27.0, 380.0), (-25.0, -22.0, 403.0)
    pieces: tuple[Stretch, ...] = (
        Stretch(trunk, "fork of the brachiocephalic trunk", (low, high)),
    )
    carotid: tuple[Vector, ...] = ((12.0, -20.0, 392.0),)
    if bovine_arch:
        pieces = (
            Stretch(trunk, "origin of the left carotid", (low,)),
            Stretch(trunk, "fork of the brachiocephalic trunk", (high,)),
        )
        carotid = ((2.0, -30.0, 394.0), (18.0, -26.0, 414.0))
    fork = ((28.0, -16.0, 440.0), (30.0, -10.0, 486.0))
    right = tuple((-x, y, z) for x, y, z in fork)
    return (
        Course("origin of the brachiocephalic trunk", pieces),
        Course(
            "fork of the brachiocephalic trunk",
            (Stretch("right common carotid artery", "right carotid bifurcation", right),),
        ),
        Course(
            "origin of the left carotid",
            (Stretch("left common carotid artery", "left carotid bifurcation", (*carotid, *fork)),),
        ),
    )


def _belly(*, spleen: bool) -> tuple[Course, ...]:
    """The branches of the abdominal aorta."""
    hepatic = Stretch("common hepatic artery", "fork of the common hepatic artery",
                      ((-6.0, -24.0, 138.0), (-24.0, -24.0, 136.0)))  # fmt: skip
    return (
        Course(
            "origin of the coeliac trunk",
            (
                Stretch("coeliac trunk", "origin of the left gastric artery",
                        ((13.0, -5.0, 151.0), (12.0, -13.0, 148.0))),
                Stretch("coeliac trunk", "fork of the coeliac trunk", ((10.0, -22.0, 144.0),)),
                hepatic,
                Stretch("proper hepatic artery", "end of the proper hepatic artery",
                        ((-34.0, -26.0, 148.0), (-44.0, -24.0, 164.0))),
            ),
        ),
        Course("fork of the common hepatic artery", (
            Stretch("gastroduodenal artery", "end of the gastroduodenal artery",
                    ((-27.0, -27.0, 118.0), (-28.0, -30.0, 84.0))),)),
        Course("origin of the left gastric artery", (
            Stretch("left gastric artery", "end of the left gastric artery",
                    ((17.0, -22.0, 162.0), (34.0, -32.0, 178.0))),)),
        Course("fork of the coeliac trunk", _splenic(branched=spleen)),
        Course("origin of the superior mesenteric artery", (
            Stretch("superior mesenteric artery", "end of the superior mesenteric artery",
                    ((11.5, -7.0, 127.0), (9.0, -17.0, 106.0), (4.0, -20.0, 60.0),
                     (-12.0, -22.0, 18.0))),)),
        Course("origin of the right renal artery", (
            Stretch("right renal artery", "end of the right renal artery",
                    ((-14.0, 18.0, 117.0), (-36.0, 27.0, 106.0), (-56.0, 36.0, 92.0))),)),
        Course("origin of the left renal artery", (
            Stretch("left renal artery", "end of the left renal artery",
                    ((30.0, 14.0, 110.0), (48.0, 25.0, 104.0), (64.0, 37.0, 96.0))),)),
        Course("origin of the inferior mesenteric artery", (
            Stretch("inferior mesenteric artery", "end of the inferior mesenteric artery",
                    ((10.0, -5.0, 38.0), (20.0, -10.0, 12.0), (30.0, -12.0, -24.0))),)),
    )  # fmt: skip


def _splenic(*, branched: bool) -> tuple[Stretch, ...]:
    """One way; ``branched``: in the stretches between its branches to the pancreas."""
    first, second = (28.0, -18.0, 147.0), (50.0, -6.0, 139.0)
    last, end = ((72.0, 8.0, 149.0), (88.0, 18.0, 146.0)), "end of the splenic artery"
    if not branched:
        return (Stretch("splenic artery", end, (first, second, *last)),)
    return (
        Stretch("splenic artery", "origin of the dorsal pancreatic artery", (first,)),
        Stretch("splenic artery", "origin of the great pancreatic artery", (second,)),
        Stretch("splenic artery", end, last),
    )


def _iliacs() -> tuple[Course, ...]:
    """From the aortic bifurcation to the forks of the femoral arteries, and to the pelvis."""
    made = []
    for side, x in SIDES.items():
        bifurcation = (34.0, 4.0, -55.0) if side == "left" else (-26.0, 3.0, -55.0)
        common = (16.0, 6.0, -14.0) if side == "left" else (-6.0, 6.5, -12.0)
        made += [
            Course("aortic bifurcation", (
                Stretch(f"{side} common iliac artery", f"{side} iliac bifurcation",
                        (common, bifurcation)),
                Stretch(f"{side} external iliac artery", f"{side} inguinal ligament",
                        ((x * 44.0, -10.0, -80.0), (x * 60.0, -43.0, -108.0),
                         (x * 70.0, -64.0, -128.0))),
                Stretch(f"{side} common femoral artery", f"{side} femoral bifurcation",
                        ((x * 73.0, -69.0, -148.0), (x * 74.0, -68.0, -170.0))),
            )),
            Course(f"{side} iliac bifurcation", (
                Stretch(f"{side} internal iliac artery", f"end of the {side} internal iliac artery",
                        ((x * 37.0, 22.0, -76.0), (x * 42.0, 42.0, -104.0),
                         (x * 43.0, 50.0, -132.0))),)),
        ]  # fmt: skip
    return tuple(made)


def _leg(side: str) -> tuple[Course, ...]:
    """From the fork of the common femoral artery to the foot."""
    x = SIDES[side]
    return (
        Course(f"{side} femoral bifurcation", (
            Stretch(f"{side} superficial femoral artery", f"{side} adductor hiatus",
                    ((x * 74.0, -65.0, -230.0), (x * 78.0, -48.0, -320.0),
                     (x * 76.0, -20.0, -410.0), (x * 72.0, 4.0, -464.0))),
            Stretch(f"{side} popliteal artery", f"origin of the {side} anterior tibial artery",
                    ((x * 72.0, 22.0, -510.0), (x * 76.0, 30.0, -565.0), (x * 81.0, 24.0, -608.0))),
            Stretch(f"{side} tibioperoneal trunk", f"fork of the {side} tibioperoneal trunk",
                    ((x * 82.0, 24.0, -640.0),)),
            Stretch(f"{side} posterior tibial artery", f"end of the {side} posterior tibial artery",
                    ((x * 73.0, 26.0, -668.0), (x * 66.0, 24.0, -850.0), (x * 64.0, 26.0, -970.0))),
        )),
        Course(f"{side} femoral bifurcation", (
            Stretch(f"{side} deep femoral artery", f"end of the {side} deep femoral artery",
                    ((x * 88.0, -59.0, -188.0), (x * 101.0, -48.0, -240.0),
                     (x * 100.0, -38.0, -340.0))),)),
        Course(f"origin of the {side} anterior tibial artery", (
            Stretch(f"{side} anterior tibial artery", f"{side} ankle",
                    ((x * 90.0, 13.0, -622.0), (x * 96.0, -4.0, -670.0), (x * 92.0, -10.0, -830.0),
                     (x * 82.0, -20.0, -958.0))),
            Stretch(f"{side} dorsalis pedis artery", f"end of the {side} dorsalis pedis artery",
                    ((x * 80.0, -42.0, -982.0), (x * 78.0, -82.0, -1000.0))),
        )),
        Course(f"fork of the {side} tibioperoneal trunk", (
            Stretch(f"{side} fibular artery", f"end of the {side} fibular artery",
                    ((x * 89.0, 29.0, -668.0), (x * 92.0, 26.0, -800.0), (x * 92.0, 26.0, -920.0))),
        )),
    )  # fmt: skip


def _neck(side: str) -> tuple[Course, ...]:
    x = SIDES[side]
    return (
        Course(f"{side} carotid bifurcation", (
            Stretch(f"{side} internal carotid artery", f"{side} skull base",
                    ((x * 33.0, -4.0, 504.0), (x * 34.0, 0.0, 530.0), (x * 31.0, 2.0, 562.0))),)),
        Course(f"{side} carotid bifurcation", (
            Stretch(f"{side} external carotid artery", f"end of the {side} external carotid artery",
                    ((x * 26.0, -20.0, 502.0), (x * 30.0, -25.0, 520.0),
                     (x * 38.0, -24.0, 545.0))),)),
    )  # fmt: skip


def _arm(side: str, *, fistula: bool) -> tuple[Course, ...]:
    """From the arch, or the fork of the trunk, to the hand."""
    x = SIDES[side]
    start = "fork of the brachiocephalic trunk"
    first: tuple[Vector, ...] = ((x * 46.0, -11.0, 412.0),)
    if side == "left":
        start, first = "origin of the left subclavian", ((24.0, -2.0, 396.0), (46.0, -8.0, 417.0))
    upper, lower = ("fistula brachial artery", "fistula radial artery") if fistula else ("", "")
    wrist = ((x * 276.0, -9.0, -60.0), (x * 285.0, -8.0, -95.0))
    radial: tuple[Stretch, ...] = (
        Stretch(f"{side} radial artery", f"{side} wrist", (*_joint(x), *wrist)),
    )
    if fistula:
        radial = (
            Stretch(f"{side} radial artery", f"{side} anastomosis", (*_joint(x), wrist[0]), lower),
            Stretch(BEYOND_FISTULA, f"{side} wrist", wrist[1:], "radial artery"),
        )
    made = (
        Course(start, (
            Stretch(f"{side} subclavian artery", f"outer border of the {side} first rib",
                    (*first, (x * 78.0, -8.0, 414.0))),
            Stretch(f"{side} axillary artery", f"lower border of the {side} teres major",
                    ((x * 112.0, -2.0, 397.0), (x * 152.0, 6.0, 362.0))),
            Stretch(f"{side} brachial artery", f"{side} brachial bifurcation",
                    ((x * 186.0, 12.0, 280.0), (x * 214.0, 12.0, 190.0), (x * 224.0, 8.0, 132.0)),
                    upper),
            *radial,
            Stretch(f"{side} distal radial artery", f"{side} snuffbox",
                    ((x * 291.0, -1.0, -116.0), (x * 290.0, 4.0, -130.0))),
            Stretch(f"{side} deep palmar arch", f"{side} palm",
                    ((x * 282.0, 2.0, -150.0), (x * 270.0, 0.0, -154.0))),
        )),
        Course(f"{side} brachial bifurcation", (
            Stretch(f"{side} ulnar artery", f"{side} palm",
                    ((x * 222.0, 19.0, 112.0), (x * 232.0, 19.0, 50.0), (x * 254.0, 4.0, -60.0),
                     (x * 263.0, -1.0, -110.0), (x * 270.0, 0.0, -154.0))),)),
        Course(f"{side} palm", (
            Stretch(f"{side} palmar digital arteries", f"end of the {side} palmar digital arteries",
                    ((x * 272.0, -1.0, -190.0),)),)),
    )  # fmt: skip
    return (*made, _drain(x)) if fistula else made


def _joint(x: float) -> tuple[Vector, ...]:
    """The radial artery of the forearm."""
    return (x * 233.0, 4.0, 110.0), (x * 254.0, -3.0, 40.0)


def _drain(x: float) -> Course:
    """The vein of the fistula: from the artery outwards, then up to the subclavian vein."""
    return Course("left anastomosis", (
        Stretch("left cephalic vein", "end of the left cephalic vein",
                ((x * 282.0, -15.0, -66.0), (x * 284.0, -19.0, -50.0), (x * 277.0, -20.0, -10.0),
                 (x * 262.0, -20.0, 60.0), (x * 244.0, -26.0, 140.0), (x * 218.0, -25.0, 230.0),
                 (x * 186.0, -24.0, 320.0), (x * 140.0, -28.0, 386.0), (x * 104.0, -26.0, 396.0))),
        Stretch("left subclavian vein", "end of the left subclavian vein",
                ((x * 70.0, -28.0, 400.0), (x * 40.0, -32.0, 398.0))),
    ))  # fmt: skip
