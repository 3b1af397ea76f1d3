"""Approach: how the target is reached; a package for each kind of way in."""
