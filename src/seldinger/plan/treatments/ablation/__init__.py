"""Ablation: heat or cold through one to four applicators that cover a target with a margin."""
