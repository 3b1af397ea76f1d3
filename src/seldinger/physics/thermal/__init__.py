"""Thermal: heat and cold in tissue, by finite volumes with enthalpy as the variable.

In:    an aligned isotropic grid, numbers of tissues, sources, held bodies, laws of damage.
Out:   temperatures, damage, and the books of energy.
Never: a patient, a device's name, a default that decides the size of a lesion.

``model`` says what is computed, ``run.run`` computes it, ``exact`` knows what must come out.
"""
