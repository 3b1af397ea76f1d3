"""Cement: a thick fluid pushed into porous bone, where it displaces marrow until something ends it.

In:    an aligned grid with porosity and permeability per voxel, exits, tips, viscosities.
Out:   how full every pore is and since when, what left by which exit, pressure and flow over time.
Never: a patient, a product, heat, the strength of what has set, a needle's place.

Darcy's law for two incompressible fluids side by side: no capillarity, no wetting, no gravity, no
yield stress, bone that neither moves nor breaks. Marrow is Newtonian; cement thins with shear and
thickens with time, the same everywhere. ``fluids`` holds cement and needle, ``bone`` the law of
permeability, ``bed`` where flow may go, ``injection`` what is asked and what came of it;
``fill.fill`` does it.
"""
