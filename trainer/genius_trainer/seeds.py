"""Seeds for each purpose, made from the job's seed: what is drawn for batch 7 of epoch 3 depends on nothing before.

So a training that is resumed, also in the middle of an epoch, draws what an uninterrupted one draws, without any state
of random generators in its checkpoint.
"""

import hashlib

import torch


def seed_of(*parts: int | str) -> int:
    """A seed in [0, 2^63) from the job's seed and words or numbers that name the purpose."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def generator_of(*parts: int | str) -> torch.Generator:
    """A generator on the CPU: draws are few and the same whatever device the pixels are on."""
    return torch.Generator().manual_seed(seed_of(*parts))
