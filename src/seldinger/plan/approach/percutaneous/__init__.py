"""Percutaneous: straight needles from the skin, searched, ruled, ranked and sampled.

``scene`` is what needles are measured against, ``path`` the search, ``rules`` what no path may
break, ``ranking`` what makes one better than another, ``probability`` what errors make of it.
"""
