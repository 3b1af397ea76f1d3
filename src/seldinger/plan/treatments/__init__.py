"""Treatments: what is done at the target; a package each, which decides from a case with sources.

``biopsy`` takes tissue, ``drainage`` empties collections, ``ablation`` heats or freezes,
``dilation`` opens a narrowed vessel, ``irradiation`` gives microspheres into an artery,
``caval_filter`` places a filter and plans its way out, ``clot_removal`` dissolves or takes out a
clot of a deep vein.
``common_steps`` and ``tissue_profile`` serve more than one.
"""
