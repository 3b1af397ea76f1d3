"""The arterial network of Boileau 2015 with 56 named arteries, as openBF cuts it: 77 segments.

Parameters are those of openBF's models/boileau2015/adan56.yaml: Young's modulus 225 kPa, 10 kPa
around every vessel, walls by a formula of the radius, beds with R2 = 4 R1 and R1 C = 0.05664 s.
"""

from __future__ import annotations

import math

from seldinger.physics.flow.boundaries import FlowBoundary, Waveform, WindkesselBoundary
from seldinger.physics.flow.wave_network import ElasticNetwork, ElasticVessel

SEGMENTS = """
aortic_arch_I 1 2 74.41 15.95 12.952
brachiocephalic_trunk 2 3 47.35 6.728 6.159
aortic_arch_II 2 4 9.604 12.952 12.566
subclavian_R_I 3 5 15.74 4.896 4.177
common_carotid_R 3 6 81.22 4.476 3.326
vertebral_R 5 7 204.45 1.335 1.335 1.8104e9
subclavian_R_II 5 8 41.12 4.177 2.301
axillary_R 8 9 120.0 2.301 2.077
brachial_R 9 10 223.11 2.077 1.828
radial_R 10 11 300.89 1.378 1.378 1.1539e9
ulnar_R_I 10 12 29.76 1.408 1.408
common_interosseous_R 12 13 16.27 0.959 0.959
ulnar_R_II 12 14 239.26 1.408 1.408 1.1749e9
posterior_interosseous_R 13 15 230.56 0.676 0.676 4.7813e9
external_carotid_R 6 16 60.9 2.265 2.265 9.3908e8
internal_carotid_R 6 17 132.11 2.765 2.765 5.7602e8
common_carotid_L 4 18 121.32 4.476 3.326
aortic_arch_III 4 19 6.979 12.566 12.284
external_carotid_L 18 20 60.9 2.265 2.265 9.4239e8
internal_carotid_L 18 21 132.11 2.765 2.765 5.7794e8
subclavian_L_I 19 22 49.38 4.896 3.480
aortic_arch_IV 19 23 43.06 12.284 10.55
vertebral_L 22 24 204.15 1.335 1.335 1.9243e9
subclavian_L_II 22 25 41.12 3.480 2.301
axillary_L 25 26 120.0 2.301 2.077
brachial_L 26 27 223.11 2.077 1.828
radial_L 27 28 310.88 1.378 1.378 1.1332e9
ulnar_L_I 27 29 29.76 1.408 1.408
common_interosseous_L 29 30 16.27 0.959 0.959
ulnar_L_II 29 31 239.26 1.408 1.408 1.1976e9
posterior_interosseous_L 30 32 230.56 0.676 0.676 4.7986e9
thoracic_aorta_I 23 33 9.897 10.55 10.364
posterior_intercostal_T6_R 33 34 196.88 1.4 1.4 2.49127e10
thoracic_aorta_II 33 35 7.88 10.364 10.216
posterior_intercostal_T6_L 35 36 178.03 1.4 1.4 2.55583e10
thoracic_aorta_III 35 37 15.56 10.216 9.923
posterior_intercostal_T7_R 37 38 201.56 1.55 1.55 2.32434e10
thoracic_aorta_IV 37 39 5.327 9.923 9.823
posterior_intercostal_T7_L 39 40 185.18 1.55 1.55 2.34425e10
thoracic_aorta_V 39 41 121.56 9.823 7.536
thoracic_aorta_VI 41 42 3.248 7.536 7.495
celiac_trunk 42 43 16.82 3.350 3.212
abdominal_aorta_I 42 44 13.99 7.495 7.319
common_hepatic 43 45 66.55 2.686 2.686 3.3486e8
splenic_I 43 46 3.949 2.167 2.167
left_gastric 46 47 92.87 1.507 1.507 3.43394e10
splenic_II 46 48 64.4 2.167 2.167 4.7333e8
superior_mesenteric 44 49 216.4 3.926 3.926 2.1819e8
abdominal_aorta_II 44 50 4.319 7.319 7.265
renal_L 50 51 21.84 2.709 2.709 2.2628e8
abdominal_aorta_III 50 52 11.98 7.265 7.114
renal_R 52 53 37.72 3.097 3.097 2.2704e8
abdominal_aorta_IV 52 54 54.09 7.114 6.435
inferior_mesenteric 54 55 90.24 2.077 2.077 2.3913e9
abdominal_aorta_V 54 56 42.22 6.435 5.904
common_iliac_R 56 57 76.43 4.499 4.091
common_iliac_L 56 58 74.04 4.499 4.091
external_iliac_R 57 59 102.21 3.378 3.189
internal_iliac_R 57 60 72.51 2.818 2.818 4.1456e8
femoral_R_I 59 61 31.59 3.189 3.144
profunda_femoris_R 61 62 238.39 2.144 2.144 3.4269e8
femoral_R_II 61 63 319.29 3.144 2.686
popliteal_R_I 63 64 132.03 2.686 2.368
anterior_tibial_R 64 65 386.22 1.166 1.166 2.4525e9
popliteal_R_II 64 66 8.797 2.368 2.346
tibiofibular_trunk_R 66 67 36.16 2.346 2.346
posterior_tibial_R 67 68 382.88 1.229 1.229 2.1156e9
external_iliac_L 58 69 102.21 3.378 3.189
internal_iliac_L 58 70 72.51 2.818 2.818 4.158e8
femoral_L_I 69 71 31.59 3.189 3.144
profunda_femoris_L 71 72 238.39 2.144 2.144 3.4287e8
femoral_L_II 71 73 319.29 3.144 2.686
popliteal_L_I 73 74 132.03 2.686 2.368
anterior_tibial_L 74 75 386.22 1.166 1.166 2.4533e9
popliteal_L_II 74 76 8.797 2.368 2.346
tibiofibular_trunk_L 76 77 36.16 2.346 2.346
posterior_tibial_L 77 78 382.88 1.229 1.229 2.1166e9
"""
"""Name, two nodes, length, first and last radius in mm, R1 in Pa s/m3 where it ends in a bed."""

INFLOW = """
0 0  0.02193 0  0.041305 105.089  0.06068 273.23  0.080055 404.592  0.09943 535.952
0.118805 567.479  0.128492 572.734  0.13818 567.479  0.157555 535.952  0.17693 488.663
0.196305 451.882  0.244742 315.266  0.322242 178.651  0.351305 136.615  0.390055 0
0.415117 -162.888  0.437555 0  1 0
"""
"""Times in s and flow in mL/s at the aortic root."""

PA_S_PER_M3 = 133.322387415e6
EXTERNAL_MMHG = 10000.0 / 133.322387415
POINTS = 9
"""Of a tapering wall."""


def wall_mm(radius_mm: float) -> float:
    """Thickness by radius, the published fit."""
    r = radius_mm * 1e-3
    return radius_mm * (0.2802 * math.exp(-505.3 * r) + 0.1324 * math.exp(-11.14 * r))


def network() -> ElasticNetwork:
    """All segments, the aortic inflow, and the beds."""
    vessels, beds = [], []
    for line in SEGMENTS.split("\n"):
        name, *words = line.split() or [""]
        if not name:
            continue
        length, first, last = map(float, words[2:5])
        count = POINTS if first != last else 1
        radii = [first + (last - first) * n / max(count - 1, 1) for n in range(count)]
        vessels.append(
            ElasticVessel(
                name, words[0], words[1], length, tuple(radii), tuple(map(wall_mm, radii)), 225.0,
                EXTERNAL_MMHG,
            )
        )  # fmt: skip
        if len(words) > 5:
            r1 = float(words[5]) / PA_S_PER_M3
            beds.append(WindkesselBoundary(name, words[1], r1, 0.05664 / r1, 4.0 * r1, 0.0))
    numbers = [float(word) for word in INFLOW.split()]
    root = FlowBoundary("root", "1", Waveform(tuple(numbers[1::2]), tuple(numbers[::2])))
    return ElasticNetwork(tuple(vessels), (root, *beds))
