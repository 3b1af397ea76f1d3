"""Catalogue: what is on the shelf and what things are called, as data.

In:    devices/*.toml, labels/*.toml, applicators/*.toml, tissues.toml, nuclides.toml,
       microspheres.toml, embolics.toml, cements.toml, a user's own files.
Out:   devices, terms, mappings, applicators, tissues, nuclides, microspheres, embolics, cements.
Never: patients, images, plans.

Public names: ``devices`` and ``device``; ``terms``, ``vocabularies``, ``recognise`` and
``read_vocabulary``; records are in ``model``. What heats or freezes is in ``applicators``, what it
meets in ``tissues``, how a published table becomes a source in ``fitting``. What
radioembolization brings is in ``microspheres``, how it decays in ``nuclides``; what closes arteries
is in ``embolics``, what hardens in a bone in ``cements``.
"""

from seldinger.catalogue.model import Device, Recognised, Term, Vocabulary
from seldinger.catalogue.shelf import device, devices
from seldinger.catalogue.vocabulary import read_vocabulary, recognise, terms, vocabularies

__all__ = [
    "Device",
    "Recognised",
    "Term",
    "Vocabulary",
    "device",
    "devices",
    "read_vocabulary",
    "recognise",
    "terms",
    "vocabularies",
]


def __dir__() -> list[str]:
    """The public names."""
    return __all__
