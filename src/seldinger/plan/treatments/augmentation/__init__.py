"""Vertebral augmentation: cement into a vertebra, with a balloon before it or without."""
