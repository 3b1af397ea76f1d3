"""Coats: the built-in spine patient as a list of solids, painted one over the other.

She has the organs of the built-in patient, lies on her belly, and has a spine of her own. Every
number is geometry of an invented patient or an invented HU: evidence of nothing.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from seldinger.core.space import as_vector
from seldinger.demo import organs, skeleton
from seldinger.demo.body import (
    AIR_HU,
    FAT_HU,
    LESIONS,
    MUSCLE_HU,
    ORGANS,
    Coat,
)
from seldinger.demo.body import coats as other_coats
from seldinger.demo.frame import RIB_LINE, TABLE_RADIUS_MM, trunk
from seldinger.demo.solids import (
    Carved,
    Column,
    Common,
    Ellipsoid,
    HalfSpace,
    Solid,
    Tube,
    Union,
)
from seldinger.demo.spine.lesions import METASTASIS, build_fracture, build_metastasis
from seldinger.demo.spine.levels import LEVELS, SIDES, find_back_mm, find_canal, find_isthmus, place
from seldinger.demo.spine.shapes import Bar, Passage, Placed
from seldinger.demo.spine.vertebrae import build_vertebra

TABLE_TOP_Y_MM = -108.0
"""Highest point of the curved table top; the belly lies flat on it."""

CORTEX_HU = 1000.0
MARROW_HU = 92.0
"""Of trabecular bone; published limits for osteoporosis are ``vertebra.imaging.l1.specific`` (110)
and others."""
_BAND_HU, _GAP_HU, _CLEFT_HU, _DEPOSIT_HU = 210.0, 45.0, -780.0, 58.0
_DISC_HU, _EPIDURAL_HU, _SAC_HU, _CORD_HU, _ROOT_HU, _VEIN_HU = 85.0, -70.0, 14.0, 42.0, 38.0, 45.0
_RIB_CORTEX_HU, _SACRUM_HU = 700.0, 520.0
_SAC_INSET_MM = 1.8

_OWN_RIBS = (10, 11, 12)
_GONE = (
    "table", "table_foam", "discs", "spinal_canal", "spinal_cord", "vertebrae_", "marrow_T",
    "marrow_L", "liver-tumour", "lung-nodule", "abscess", "autochthon", "stomach_gas",
    "colon_stool",
    *(f"{start}rib_{side}_{n}" for n in _OWN_RIBS for side in SIDES for start in ("", "marrow_")),
)  # fmt: skip


@lru_cache(maxsize=1)
def list_coats() -> tuple[Coat, ...]:
    """The patient, from the table up: what comes later is painted over what came before."""
    kept = [one for one in other_coats() if not one.name.startswith(_GONE)]
    anew = {one.name: one for one in (*_outline(), *_gut())}
    kept = [anew.pop(one.name, one) for one in kept]
    return (*_table(), *_behind(kept), *_pelvis(), *_ribs(), *_canal(), *_spine(), *_lesions())


def _above_table(by_mm: float) -> Column:
    """The space above the table, on which the belly lies; ``by_mm`` away from it."""
    radius = TABLE_RADIUS_MM - by_mm
    return Column((0.0, TABLE_TOP_Y_MM + TABLE_RADIUS_MM, 180.0), (radius, radius, 600.0))


def _table() -> tuple[Coat, ...]:
    slab = Common((_above_table(-30.0), HalfSpace((0.0, -72.0, 0.0), (0.0, 1.0, 0.0))))
    foam = Common((_above_table(-27.5), HalfSpace((0.0, -74.5, 0.0), (0.0, 1.0, 0.0))))
    return (
        Coat("table", Carved(slab, (_above_table(0.0),)), 40.0),
        Coat("table_foam", Carved(foam, (_above_table(-2.5),)), -930.0),
    )


def _outline() -> tuple[Coat, ...]:
    """Skin, fat and wall, flat where the belly lies."""
    return (
        Coat("body", Common((trunk(0.0, 0.0, 0.0), _above_table(0.0))), 10.0),
        Coat("subcutaneous_fat", Common((trunk(2.0, 2.0, 2.0), _above_table(2.0))), FAT_HU - 5.0),
        Coat("body_wall", Common((trunk(18.0, 16.0, 15.0), _above_table(14.0))), MUSCLE_HU - 8.0),
    )


def _gut() -> tuple[Coat, ...]:
    """Colon and stomach, with their gas towards the back."""
    drink = Union(tuple(s.grown(-4.0) for s in organs.STOMACH_SHAPES))
    bubble = HalfSpace((0.0, 14.0, 0.0), (0.0, -1.0, 0.0))
    lumen = Union(tuple(t.grown(-3.0) for t in organs.COLON.members if isinstance(t, Tube)))
    stool = HalfSpace((0.0, 8.0, 0.0), (0.0, 1.0, 0.0))
    return (
        Coat("stomach_contents", Union((drink,)), 22.0),
        Coat("colon_gas", Union((lumen,)), AIR_HU + 60.0),
        Coat("stomach_gas", Common((drink, bubble)), -980.0),
        Coat("colon_stool", Common((lumen, stool)), 5.0),
    )


def _behind(kept: list[Coat]) -> tuple[Coat, ...]:
    """What is kept, with gas, stool and the muscles of the back where they belong."""
    gas, stool = (one for one in _gut() if one.name in {"stomach_gas", "colon_stool"})
    after = {"stomach_contents": (gas,), "colon_gas": (stool,), "body_wall": _back()}
    return tuple(coat for one in kept for coat in (one, *after.get(one.name, ())))


def _back() -> tuple[Coat, ...]:
    """Muscles beside the spine, thinned and streaked by fat, and the fat between them."""
    coats = [Coat("paraspinal_fat", Column((0.0, 80.0, 180.0), (56.0, 15.5, 600.0)), FAT_HU + 15.0)]
    for side, sign in SIDES.items():
        muscle = Column((sign * 30.0, 80.5, 180.0), (23.0, 13.0, 600.0))
        inner = Column((sign * 12.0, 80.0, 180.0), (8.5, 9.0, 600.0))
        streak = Bar(
            (sign * 17.0, 72.0, 180.0), (sign * 44.0, 90.0, 180.0), (1.4,) * 3, (600.0,) * 3
        )
        coats.append(Coat(f"autochthon_{side}", Union((muscle, inner)), 42.0, ORGANS, soft=True))
        coats.append(Coat(f"fat_streak_{side}", Common((streak, muscle)), FAT_HU + 30.0, soft=True))
    return tuple(coats)


def _pelvis() -> tuple[Coat, ...]:
    coats = []
    promontory = Tube(((0.0, 48.0, -76.0), (0.0, 84.0, -142.0)), 20.0)
    alae = [Tube(((s * 18.0, 54.0, -82.0), (s * 42.0, 62.0, -96.0)), 14.0) for s in (-1.0, 1.0)]
    crest = Tube(((0.0, 82.0, -78.0), (0.0, 94.0, -120.0)), 5.0)
    shapes = (promontory, *alae, crest)
    canal = find_canal()
    # Carved part by part: each is looked at in a small box.
    bone = Union(tuple(Carved(s, (canal,)) for s in shapes))
    marrow = Union(tuple(Carved(s.grown(-1.6), (canal.grown(1.6),)) for s in shapes))
    coats.append(Coat("sacrum", bone, _SACRUM_HU, ORGANS, soft=True))
    coats.append(Coat("marrow_sacrum", marrow, 95.0, soft=True, replaces_hu=_SACRUM_HU))
    for side, sign in SIDES.items():
        wing = Ellipsoid((sign * 134.0, 30.0, -90.0), (6.0, 55.0, 50.0), (0.0, 0.0, sign * 20.0))
        coats.append(Coat(f"hip_{side}", wing, _RIB_CORTEX_HU, ORGANS, soft=True))
        coats.append(
            Coat(
                f"marrow_hip_{side}", wing.grown(-2.0), 110.0, soft=True, replaces_hu=_RIB_CORTEX_HU
            )
        )
    return tuple(coats)


def _ribs() -> tuple[Coat, ...]:
    """The ribs that meet her vertebrae; those above are the other patient's."""
    coats = []
    for number in _OWN_RIBS:
        for side, sign in SIDES.items():
            bone = _rib(number, sign)
            name = f"rib_{side}_{number}"
            coats.append(Coat(name, bone, _RIB_CORTEX_HU, ORGANS, soft=True))
            coats.append(
                Coat(
                    f"marrow_{name}", bone.grown(-1.4), 130.0, soft=True, replaces_hu=_RIB_CORTEX_HU
                )
            )
    return tuple(coats)


def _rib(number: int, sign: float) -> Tube:
    """Its head lies beside the upper body, clear of the pedicle; its shaft follows the wall."""
    level = f"T{number}"
    one, shaft = LEVELS[level], skeleton.rib(number, sign, RIB_LINE).path[4:]
    outside = one.body_mm[0]
    neck = [
        (sign * (outside + 5.5), find_back_mm(level) - 7.0, 5.5),
        (sign * (outside + 12.0), find_back_mm(level) + 4.0, 4.5),
        (sign * (outside + 21.0), find_back_mm(level) + 14.0, 1.0),
    ]
    heads = [as_vector(place(level).to_lps(point)) for point in neck]
    return Tube((*heads, *shaft), 4.6)


def _canal() -> tuple[Coat, ...]:
    """Discs, then the fat of canal and foramina, the sac with cord and roots."""
    canal = find_canal()
    sac = canal.grown(-_SAC_INSET_MM)
    conus = Ellipsoid((0.0, float(canal.find_section(np.array([175.0]))[0][0]), 190.0),
                      (5.2, 4.4, 95.0), (-2.5, 0.0, 0.0))  # fmt: skip
    roots = [_root(level, side) for level in LEVELS for side in SIDES]
    fat = [Placed(_foramen(level, side), place(level)) for level in LEVELS for side in SIDES]
    return (
        Coat("discs", _discs(), _DISC_HU, soft=True),
        Coat("foramina", Union(tuple(fat)), _EPIDURAL_HU, soft=True),
        Coat("spinal_canal", canal, _EPIDURAL_HU, soft=True),
        Coat("spinal_cord", sac, _SAC_HU, ORGANS, soft=True),
        Coat("cord", Common((conus, sac)), _CORD_HU, soft=True),
        Coat("cauda_equina", _cauda(sac), _ROOT_HU, soft=True),
        Coat("nerve_roots", Union(tuple(roots)), _ROOT_HU, soft=True),
    )


def _discs() -> Passage:
    """One column through all discs; the bodies are painted over it."""
    rows = [(*place(v).origin_lps_mm[:0:-1], *LEVELS[v].body_mm) for v in reversed(tuple(LEVELS))]
    z, y, across, deep = zip(
        (-72.0, 49.0, 25.0, 16.0), *rows, (227.0, 46.5, 16.5, 14.5), strict=True
    )
    # Its middle lies before that of the bodies: their back walls are hollow.
    return Passage(z, tuple(v - 1.0 for v in y), tuple(v - 0.6 for v in across),
                   tuple(v - 1.4 for v in deep))  # fmt: skip


def _foramen(level: str, side: str) -> Bar:
    """The space beneath a pedicle."""
    x, y, z = find_isthmus(level, side)
    height = LEVELS[level].pedicle_mm[1]
    low = z - 0.5 * height - 6.5
    sign = SIDES[side]
    return Bar((0.5 * x, y + 1.0, low), (x + sign * 9.0, y - 1.0, low), (4.5,) * 3, (6.5,) * 3)


def _root(level: str, side: str) -> Tube:
    """The root of a level: out of the sac beside its pedicle, then close beneath it."""
    x, y, z = find_isthmus(level, side)
    sign, under = SIDES[side], z - 0.5 * LEVELS[level].pedicle_mm[1] - 3.8
    path = (
        (x - sign * 9.0, y + 4.0, z - 2.0),
        (x - sign * 5.5, y + 2.5, under - 0.5),
        (x + sign * 3.0, y, under - 1.5),
        (x + sign * 13.0, y - 5.0, under - 9.0),
    )
    where = place(level)
    return Tube(tuple(as_vector(where.to_lps(point)) for point in path), 2.0)


def _cauda(sac: Passage) -> Solid:
    """Roots that hang in the sac below the cord, in a sheet towards the back."""
    strands = []
    for x in (-5.5, -3.0, 0.0, 3.0, 5.5):
        heights = np.linspace(-60.0, 100.0, 9)
        centre, _, deep = sac.find_section(heights)
        path = [
            (x, float(c + 0.35 * d), float(z))
            for z, c, d in zip(heights, centre, deep, strict=True)
        ]
        strands.append(Tube(tuple(as_vector(point) for point in path), 1.0))
    return Union(tuple(strands))


def _spine() -> tuple[Coat, ...]:
    coats = []
    for level in LEVELS:
        bones = build_vertebra(level)
        coats += [
            Coat(f"vertebrae_{level}", bones.bone, CORTEX_HU, ORGANS, soft=True),
            Coat(f"marrow_{level}", bones.marrow, MARROW_HU, soft=True, replaces_hu=CORTEX_HU),
            Coat(f"basivertebral_vein_{level}", bones.vein, _VEIN_HU, soft=True),
        ]
    return tuple(coats)


def _lesions() -> tuple[Coat, ...]:
    fracture = build_fracture()
    return (
        Coat("fracture-band", fracture.band, _BAND_HU, soft=True),
        Coat("fracture-cleft", fracture.cleft, _CLEFT_HU, soft=True),
        Coat("fracture-gaps", fracture.gaps, _GAP_HU, soft=True),
        Coat(METASTASIS, build_metastasis(), _DEPOSIT_HU, LESIONS, soft=True),
    )
