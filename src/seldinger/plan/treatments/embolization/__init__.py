"""Embolization: beads, an emulsion, coils or plugs close arteries; where from, with what, how much.

In:    a partitioned organ, its feeders, agents of the catalogue, cited rules.
Out:   places of the catheter, agent and size, drug, what lodges where, what is not known.
Never: a response, a survival or a necrosis of this patient; an agent that nobody chose.

``positions`` are the places of the catheter, ``material`` is agent, size and drug by cited rules,
``emulsion`` the drug in oil, ``amounts`` what is loaded and where it comes to lie, ``reserve`` what
the liver can bear, ``occluders`` coils and plugs, ``protection`` what is closed first. ``pelvis``
is womb and prostate, ``bleeding`` an artery that bleeds.
"""
