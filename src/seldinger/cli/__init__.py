"""Cli: the command line; the only room that knows a terminal.

In:    options, case files.      Out: files through ``report``, words on the terminal.
Uses:  every room, each opened inside the command that needs it, so that ``--help`` is instant.
Never: arithmetic, medicine.
"""

from seldinger.cli.app import main

__all__ = ["main"]
