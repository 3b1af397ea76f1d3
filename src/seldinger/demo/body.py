"""Body: the built-in patient as a list of solids, painted one over the other.

Every number is geometry of an invented patient (LPS mm; x = 0 the midline, y = 0 mid-depth, z = 0
the middle of L4) or an invented HU: measurements of nobody, evidence of nothing. Organs keep clear
of each other or are carved where they meet: a name's solid is what its label shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from seldinger.demo import organs, skeleton
from seldinger.demo.frame import BODY, CAVITY, MUSCLE, RIB_LINE, UNDER_SKIN, above_table, domes
from seldinger.demo.solids import Carved, Common, HalfSpace, Tube, Union

if TYPE_CHECKING:
    from seldinger.demo.solids import Solid

ORGANS, LESIONS = 0, 1
"""Label layers: lesions and vessels lie inside organs, whose labels go on beneath them."""

SCAN_LOW_LPS_MM = (-195.0, -126.0, -40.0)
SCAN_HIGH_LPS_MM = (195.0, 150.0, 375.0)
"""Faces of the scanned box; the patient goes on beyond its ends."""

AIR_HU, FAT_HU, MUSCLE_HU, LUNG_HU = -1000.0, -100.0, 58.0, -850.0
CORTEX_HU, MARROW_HU, BLOOD_HU, AORTA_HU = 750.0, 190.0, 160.0, 180.0
LIVER_HU, WALL_HU, FLUID_HU, RIM_HU = 110.0, 62.0, 18.0, 70.0


@dataclass(frozen=True, slots=True, eq=False)
class Coat:
    """One solid and how it is painted.

    Attributes:
        name: what the truth calls it; also its label when ``layer`` is given.
        solid: where it is.
        hu: its CT number.
        layer: label layer; None leaves the labels as they are (contents, walls, what nobody
            segmented).
        soft: a voxel on its surface gets its share of the HU by how much of it lies inside, for
            what is thinner than a voxel; else whole voxels by their centres.
        replaces_hu: of the one coat in which all of a soft one lies: the wall that is left between
            both surfaces keeps its amount however thin it is; None: it covers whatever is there.
    """

    name: str
    solid: Solid
    hu: float
    layer: int | None = None
    soft: bool = False
    replaces_hu: float | None = None


@lru_cache(maxsize=1)
def coats() -> tuple[Coat, ...]:
    """The patient, from the table up: what comes later is painted over what came before."""
    return (*_shell(), *_chest(), *_belly(), *_bones(), *_lesions())


def _shell() -> tuple[Coat, ...]:
    slab = Common((above_table(-30.0), HalfSpace((0.0, 72.0, 0.0), (0.0, -1.0, 0.0))))
    foam = Common((above_table(-27.5), HalfSpace((0.0, 74.5, 0.0), (0.0, -1.0, 0.0))))
    muscles = (
        Coat(f"autochthon_{side}", solid, MUSCLE_HU + 4.0, ORGANS)
        for side, solid in organs.BACK_MUSCLES.items()
    )
    return (
        Coat("table", Carved(slab, (above_table(0.0),)), 40.0),
        Coat("table_foam", Carved(foam, (above_table(-2.5),)), -930.0),
        Coat("body", BODY, 10.0),
        Coat("subcutaneous_fat", UNDER_SKIN, FAT_HU - 5.0),
        Coat("body_wall", MUSCLE, MUSCLE_HU),
        *muscles,
        Coat("intra_abdominal_fat", CAVITY, FAT_HU),
    )


def _chest() -> tuple[Coat, ...]:
    blood = Union(tuple(organs.HEART_BLOOD.values()))
    airway = Union(tuple(t.grown(-1.5) for t in organs.TRACHEA.members if isinstance(t, Tube)))
    above_ribs = HalfSpace((0.0, -5.0, 138.0), (0.0, -0.46, -1.0))
    diaphragm = Common((Union(domes(0.0)), CAVITY, above_ribs))
    lobes = organs.lobes()
    return (
        Coat("diaphragm", Carved(diaphragm, (Union(domes(3.0)),)), MUSCLE_HU),
        *(Coat(name, solid, LUNG_HU, ORGANS) for name, solid in lobes.items()),
        Coat("lung_vessels", organs.lung_vessels(), 60.0),
        Coat("pulmonary_arteries", organs.PULMONARY_ARTERIES, BLOOD_HU),
        Coat("heart", organs.HEART, 105.0, ORGANS),
        Coat("heart_blood", Common((blood, organs.HEART)), BLOOD_HU + 5.0),
        Coat("superior_vena_cava", organs.UPPER_CAVA, BLOOD_HU, ORGANS),
        Coat("esophagus", organs.GULLET, 45.0, ORGANS),
        Coat("trachea", organs.TRACHEA, 20.0, ORGANS),
        Coat("airway", airway, AIR_HU),
    )


def _belly() -> tuple[Coat, ...]:
    return (
        *(Coat(f"iliopsoas_{side}", s, MUSCLE_HU, ORGANS) for side, s in organs.PSOAS.items()),
        Coat("liver", organs.liver(), LIVER_HU, ORGANS),
        Coat("spleen", organs.spleen(), 120.0, ORGANS),
        *(Coat(f"kidney_{side}", s, 185.0, ORGANS) for side, s in organs.KIDNEYS.items()),
        *(Coat(f"renal_sinus_{side}", s, -20.0) for side, s in organs.RENAL_SINUS.items()),
        Coat("pancreas", organs.PANCREAS, 92.0, ORGANS),
        Coat("gallbladder", organs.GALLBLADDER, 45.0, ORGANS),
        Coat("bile", organs.GALLBLADDER.grown(-2.0), 8.0),
        Coat("mesenteric_vessels", organs.mesenteric_vessels(), 140.0),
        *_gut(),
        Coat("inferior_vena_cava", organs.CAVA, BLOOD_HU - 15.0, ORGANS),
        *(Coat(f"iliac_artery_{s}", t, AORTA_HU, ORGANS) for s, t in organs.ILIAC_ARTERIES.items()),
        *(Coat(f"iliac_vena_{s}", t, 120.0, ORGANS) for s, t in organs.ILIAC_VEINS.items()),
        Coat("aorta", organs.AORTA, AORTA_HU, ORGANS),
        Coat("portal_vein_and_splenic_vein", organs.PORTAL, BLOOD_HU + 5.0, ORGANS),
        Coat("liver_vessels", organs.LIVER_VESSELS, BLOOD_HU, LESIONS),
    )


def _gut() -> tuple[Coat, ...]:
    stomach = Union(organs.STOMACH_SHAPES)
    drink = Union(tuple(s.grown(-4.0) for s in organs.STOMACH_SHAPES))
    bubble = HalfSpace((0.0, -44.0, 0.0), (0.0, 1.0, 0.0))
    colon = tuple(t for t in organs.COLON.members if isinstance(t, Tube))
    chyme = Union(tuple(t.grown(-4.0) for t in organs.LOOPS.members if isinstance(t, Tube)))
    stool = HalfSpace((0.0, 26.0, 0.0), (0.0, -1.0, 0.0))
    lumen = Union(tuple(t.grown(-3.0) for t in colon))
    return (
        Coat("stomach", stomach, WALL_HU, ORGANS),
        Coat("stomach_contents", drink, 22.0),
        Coat("stomach_gas", Common((drink, bubble)), -980.0),
        Coat("duodenum", organs.DUODENUM, WALL_HU, ORGANS),
        Coat("duodenum_contents", organs.DUODENUM.grown(-4.0), 22.0),
        Coat("colon", organs.COLON, WALL_HU, ORGANS),
        Coat("colon_gas", lumen, -940.0),
        Coat("colon_stool", Common((lumen, stool)), 5.0),
        Coat("small_bowel", organs.LOOPS, 55.0, ORGANS),
        Coat("small_bowel_contents", chyme, 28.0),
        Coat("small_bowel_unlabelled", organs.UNLABELLED_LOOP, 55.0),
        Coat("small_bowel_unlabelled_contents", organs.UNLABELLED_LOOP.grown(-4.0), 28.0),
    )


def _bones() -> tuple[Coat, ...]:
    sides = {"left": 1.0, "right": -1.0}
    ribs = {
        f"rib_{side}_{number}": skeleton.rib(number, sign, RIB_LINE)
        for side, sign in sides.items()
        for number in skeleton.RIBS
    }
    canal = tuple((0.0, skeleton.CANAL_Y_MM, z) for z in (-200.0, 420.0))
    spine = tuple(skeleton.VERTEBRAE_Z_MM)
    return (
        Coat("discs", skeleton.discs(), 85.0),
        Coat("spinal_canal", Tube(canal, 7.8), 15.0),
        Coat("spinal_cord", Tube(canal, 4.5), 45.0, ORGANS),
        *(Coat(f"vertebrae_{v}", skeleton.vertebra(v), CORTEX_HU, ORGANS) for v in spine),
        *(Coat(f"marrow_{v}", skeleton.marrow(v), MARROW_HU) for v in spine),
        Coat("costal_cartilages", skeleton.cartilages(RIB_LINE), 115.0, ORGANS),
        Coat("sternum", skeleton.sternum(), 480.0, ORGANS),
        *(Coat(name, bone, CORTEX_HU, ORGANS) for name, bone in ribs.items()),
        *(
            Coat(f"marrow_{name}", bone.grown(-skeleton.CORTEX_MM), MARROW_HU)
            for name, bone in ribs.items()
        ),
    )


def _lesions() -> tuple[Coat, ...]:
    deep, shallow = organs.DEEP_ABSCESS, organs.SHALLOW_ABSCESS
    return (
        Coat("liver-tumour-1", organs.TUMOUR, 70.0, LESIONS),
        Coat("liver-tumour-1-necrosis", organs.TUMOUR_NECROSIS, 10.0),
        Coat("liver-tumour-1-calcium", organs.TUMOUR_CALCIUM, 420.0),
        Coat("lung-nodule-1", organs.NODULE, 45.0, LESIONS),
        Coat("abscess-deep", deep, RIM_HU, LESIONS),
        Coat("abscess-deep-pus", deep.grown(-organs.RIM_MM), FLUID_HU),
        Coat("abscess-superficial", shallow, RIM_HU, LESIONS),
        Coat("abscess-superficial-pus", shallow.grown(-organs.RIM_MM), FLUID_HU),
    )
