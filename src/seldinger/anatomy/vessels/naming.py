"""Naming: edges of a tree get the names of the labels they lie in; a reader may change them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import AnatomyError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.core.tree import Tree
    from seldinger.core.volume import LabelMap

LEAST_SHARE = 0.5
"""An edge has the name of a label that at least so much of it lies in."""


def name_edges(tree: Tree, labels: LabelMap, names: Sequence[str] | None = None) -> Tree:
    """The tree with each edge named by the label that at least half of its points lie in.

    Args:
        tree: its own names are not looked at; an edge in no label has none.
        labels: in the same patient frame.
        names: which of the labels count; None: all.

    Raises:
        LabelError: there is no label of such a name.
    """
    wanted = labels.names if names is None else tuple(names)
    masks = {name: labels.mask(name) for name in wanted}
    shape = np.array(labels.grid.shape)
    edges = []
    for edge in tree.edges:
        index = np.rint(labels.grid.to_index(edge.curve.points_lps_mm)).astype(np.intp)
        within = ((index >= 0) & (index < shape)).all(axis=1)
        at = tuple(index[within].T)
        shares = {name: mask[at].sum() / len(index) for name, mask in masks.items()}
        best = max(shares, key=lambda name: shares[name], default="")
        named = best if shares.get(best, 0.0) >= LEAST_SHARE else ""
        edges.append(replace(edge, name=named))
    return replace(tree, edges=tuple(edges))


def rename_edges(tree: Tree, names: Mapping[int | str, str]) -> Tree:
    """The tree with other names.

    Args:
        tree: with names or without.
        names: the new name by the number of an edge, or by an old name, which all edges of that
            name then lose; a number counts before a name.

    Raises:
        AnatomyError: no edge has such a number or name.
    """
    known = {edge.name for edge in tree.edges if edge.name}
    for key in names:
        if isinstance(key, int) and not 0 <= key < len(tree.edges):
            raise AnatomyError(
                f"edge {key} was to be called {names[key]!r}; edges are 0 to {len(tree.edges) - 1}"
            )
        if isinstance(key, str) and key not in known:
            raise AnatomyError(
                f"edges called {key!r} were to be called {names[key]!r}; names are "
                f"{', '.join(sorted(known)) or 'none'}: use one of them, or an edge's number"
            )
    return replace(
        tree,
        edges=tuple(
            replace(edge, name=names.get(n, names.get(edge.name, edge.name)))
            for n, edge in enumerate(tree.edges)
        ),
    )
