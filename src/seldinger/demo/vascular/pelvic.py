"""Pelvic: arteries of womb and prostate of two built-in patients, for what is given into them.

Every number is geometry of an invented patient, in the frame of ``courses``: measurements of
nobody, evidence of nothing.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from seldinger.core.errors import ImageError
from seldinger.demo.vascular.calibres import Calibre
from seldinger.demo.vascular.courses import SIDES, Course, Stretch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.core.space import Vector

ProstaticOrigin = Literal["vesical", "pudendal", "obturator"]
"""The artery that a prostatic artery leaves."""
CALIBRES: Mapping[str, Calibre] = MappingProxyType(
    {
        "anterior iliac division": Calibre(4.4, 3.8),
        "superior gluteal artery": Calibre(4.0, 3.2),
        "inferior gluteal artery": Calibre(3.4, 2.8),
        "superior vesical artery": Calibre(1.8, 1.2),
        "uterine artery": Calibre(3.0, 2.4),
        "vaginal artery": Calibre(1.5, 1.0),
        "ovarian artery": Calibre(1.1, 0.8),
        "inferior vesical artery": Calibre(2.2, 1.6),
        "internal pudendal artery": Calibre(2.8, 2.0),
        "obturator artery": Calibre(2.4, 1.8),
        "middle rectal artery": Calibre(1.6, 1.1),
        "prostatic artery": Calibre(1.8, 1.5),
        "accessory penile artery": Calibre(1.1, 0.8),
    }
)
"""By vessel, for either side."""


def list_uterine_courses() -> tuple[Course, ...]:
    """The arteries of a woman's pelvis, from both internal iliac arteries, and of her ovaries."""
    return tuple(one for side in SIDES for one in _list_uterine(side))


def list_prostatic_courses(
    left: ProstaticOrigin, right: ProstaticOrigin, *, penile: bool
) -> tuple[Course, ...]:
    """The arteries of a man's pelvis, from both internal iliac arteries.

    Args:
        left: the artery that the prostatic artery of this side leaves.
        right: the same.
        penile: an artery to the penis leaves each prostatic artery.

    Raises:
        ImageError: no such origin.
    """
    made: list[Course] = []
    for side, origin in zip(SIDES, (left, right), strict=True):
        if origin not in get_args(ProstaticOrigin):
            allowed = ", ".join(get_args(ProstaticOrigin))
            raise ImageError(f"a prostatic artery leaves no {origin!r} artery; allowed: {allowed}")
        made += _list_prostatic(side, origin, penile=penile)
    return tuple(made)


def _list_uterine(side: str) -> tuple[Course, ...]:
    x = SIDES[side]
    return (
        Course(_end(side), (
            _divide(side, "uterine", (x * 45.0, 44.0, -143.0)),
            Stretch(f"{side} uterine artery", f"origin of the {side} vaginal artery",
                    ((x * 44.0, 28.0, -156.0), (x * 33.0, 12.0, -163.0))),
            Stretch(f"{side} uterine artery", f"end of the {side} uterine artery",
                    ((x * 30.0, 6.0, -154.0), (x * 31.0, 5.0, -136.0), (x * 29.0, 4.0, -122.0))),
        )),
        Course(f"origin of the {side} vaginal artery", (
            Stretch(f"{side} vaginal artery", f"end of the {side} vaginal artery",
                    ((x * 24.0, 12.0, -172.0), (x * 14.0, 14.0, -186.0))),)),
        _run(f"origin of the {side} uterine artery", f"{side} superior vesical artery",
             (x * 40.0, 8.0, -148.0), (x * 30.0, -40.0, -150.0)),
        _gluteal(side, "uterine"),
        _superior_gluteal(side),
        _run("origin of the left renal artery", f"{side} ovarian artery",
             (x * 24.0 + 3.0, -4.0, 84.0), (x * 40.0, -8.0, 0.0), (x * 48.0, -14.0, -56.0),
             (x * 50.0, -2.0, -96.0)),
    )  # fmt: skip


def _list_prostatic(side: str, origin: ProstaticOrigin, *, penile: bool) -> tuple[Course, ...]:
    x = SIDES[side]
    ways: dict[str, tuple[tuple[Vector, ...], tuple[Vector, ...]]] = {
        f"{side} inferior vesical artery": (
            ((x * 42.0, 36.0, -148.0), (x * 37.0, 24.0, -152.0)),
            ((x * 32.0, 6.0, -140.0), (x * 24.0, -10.0, -130.0)),
        ),
        f"{side} internal pudendal artery": (
            ((x * 46.0, 44.0, -158.0), (x * 44.0, 36.0, -168.0)),
            ((x * 42.0, 24.0, -182.0), (x * 34.0, 8.0, -196.0)),
        ),
        f"{side} obturator artery": (
            ((x * 52.0, 28.0, -142.0), (x * 52.0, 14.0, -146.0)),
            ((x * 56.0, -8.0, -150.0), (x * 60.0, -24.0, -158.0)),
        ),
    }
    made = [Course(_end(side), (_divide(side, "vesical", (x * 45.0, 44.0, -141.0)),))]
    for name, (first, second) in ways.items():
        middle = f"middle of the {name}"
        made.append(Course(f"origin of the {side} vesical artery", (
            Stretch(name, middle, first), Stretch(name, f"end of the {name}", second),
        )))  # fmt: skip
    parent = next(name for name in ways if origin in name)
    fork = f"fork of the {side} prostatic artery"
    made.append(Course(f"middle of the {parent}", (
        Stretch(f"{side} prostatic artery", fork, ((x * 33.0, 18.0, -160.0),)),
        Stretch(f"{side} prostatic artery", f"end of the {side} prostatic artery",
                ((x * 26.0, 12.0, -159.0), (x * 18.0, 9.0, -158.0))),
    )))  # fmt: skip
    if penile:
        made.append(_run(fork, f"{side} accessory penile artery",
                         (x * 28.0, 10.0, -180.0), (x * 14.0, -14.0, -194.0)))  # fmt: skip
    made += [
        _run(f"origin of the {side} vesical artery", f"{side} middle rectal artery",
             (x * 36.0, 52.0, -154.0), (x * 20.0, 50.0, -168.0)),
        _gluteal(side, "vesical"),
        _superior_gluteal(side),
    ]  # fmt: skip
    return tuple(made)


def _end(side: str) -> str:
    return f"end of the {side} internal iliac artery"


def _divide(side: str, to: str, at: Vector) -> Stretch:
    return Stretch(f"{side} anterior iliac division", f"origin of the {side} {to} artery", (at,))


def _run(start: str, vessel: str, *way: Vector) -> Course:
    return Course(start, (Stretch(vessel, f"end of the {vessel}", way),))


def _gluteal(side: str, to: str) -> Course:
    x = SIDES[side]
    return _run(f"origin of the {side} {to} artery", f"{side} inferior gluteal artery",
                (x * 52.0, 56.0, -164.0), (x * 62.0, 58.0, -190.0))  # fmt: skip


def _superior_gluteal(side: str) -> Course:
    x = SIDES[side]
    return _run(_end(side), f"{side} superior gluteal artery",
                (x * 52.0, 58.0, -130.0), (x * 72.0, 58.0, -118.0))  # fmt: skip
