"""Embolization: beads close the arteries of a tumour; where from, with what, how much of it.

In:    a partitioned organ, its feeders, agents of the catalogue, cited rules.
Out:   places of the catheter, agent and size, drug, what lodges where, what is not known.
Never: a response, a survival or a necrosis of this patient; an agent that nobody chose.

``positions`` are the places of the catheter, ``material`` is agent, size and drug by cited rules,
``amounts`` what is loaded and where it comes to lie, ``reserve`` what the liver can bear.
"""
