"""Particles: spheres, clumps, coils and liquids that blood carries until they lodge or set.

In:    a ``tree.ParticleTree``: a network of ``physics.flow``, its calibres, lengths and beds.
Out:   where every particle ended, what that did to the flow, and why the injection came to its end.
Never: a patient, a product, a dose; a caller says what a vial holds and how large it is.

``sizes`` draws diameters, ``settings`` holds the laws and their assumptions, ``inject.inject``
gives particles through a catheter, ``liquid.fill`` a liquid that sets; ``ParticleTree.occlude``
closes vessels by a coil or a plug.
"""
