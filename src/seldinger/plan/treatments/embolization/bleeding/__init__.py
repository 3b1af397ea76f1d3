"""Bleeding: the artery that bleeds is closed, at the bleeding or before the whole organ.

In:    a label of the bleeding, arteries, coils and plugs of the catalogue, cited rules.
Out:   where it is closed and with what, what loses its blood by it, what is not known.
Never: that the bleeding will stop in this patient; an occluder that nobody chose.

``regions`` is what is known of each organ, ``places`` where arteries can be closed, ``spared`` what
must stay open, ``whole`` what closes a whole organ, ``state`` how the patient is.
"""
