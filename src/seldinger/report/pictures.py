"""Pictures as bytes: the same figure gives the same PNG."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def to_png(figure: Figure) -> bytes:
    """``figure`` as PNG bytes."""
    stream = BytesIO()
    # Without the library's name in it, which would change with its version.
    figure.savefig(
        stream, format="png", metadata={"Software": None}, pil_kwargs={"compress_level": 4}
    )
    return stream.getvalue()
