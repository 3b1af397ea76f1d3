"""Drainage: a catheter into a collection, in one step or over a wire."""
