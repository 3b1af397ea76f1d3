"""Pelvis: beads close the arteries of a womb with fibroids, or of a prostate, from both sides.

In:    a partitioned organ, its arteries with their side, bland agents of the catalogue, facts.
Out:   a place of the catheter on each side, agent and size, what lodges where, what is not known.
Never: an agent that nobody chose; a loss of volume or a relief as this patient's chance.

``organs`` is what differs between the two, ``sides`` are the places, ``material`` agent and size,
``forecast`` what cohorts became, as somebody above hands it in.
"""
