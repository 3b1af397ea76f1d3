"""Treatments: what is done at the target; a package each, which decides from a case with sources.

``biopsy`` takes tissue, ``drainage`` empties collections, ``ablation`` heats or freezes,
``dilation`` opens a narrowed vessel. ``irradiation`` is the arithmetic of radioembolization, no
treatment yet.
``common_steps`` and ``tissue_profile`` serve more than one.
"""
