"""Checkpoints: all that a training needs to go on as if it had never stopped, written whole or not at all.

Loaded with `weights_only`, so a file from elsewhere can run no code. Random generators are not in it: see `seeds`.
"""

import hashlib
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .events import Event
from .failures import TrainingFailed
from .job import Job
from .whole_file import write_whole

CHECKPOINT_VERSION = 1


@dataclass(slots=True)
class Progress:
    """How far a training is: `epoch` whole epochs and `step` steps of the next one."""

    seed: int
    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    recent_loss: float | None = None
    watched_steps: int = 0
    seconds: float = 0.0
    # By the clock: steps and seconds in all, with those of the trainings that it continues; what measuring takes; and,
    # in a final training, how far the learning rate has fallen.
    steps: int = 0
    clock_seconds: float = 0.0
    measure_seconds: float = 0.0
    fallen01: float = 0.0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    progress: Progress
    curve: list[Event]
    network: dict[str, Tensor]
    optimiser: dict[str, Any]
    scaler: dict[str, Any]
    average: dict[str, Tensor] | None


def fingerprint_of(job: Job, images_fingerprint: str) -> str:
    """Of what makes a training this one: the network, its first weights, the data, the recipe and the seed.

    Not of the number of epochs, the device or the precision: a training may go on longer or elsewhere.
    """
    initial = job.model.initial_weights
    parts = [
        hashlib.sha256(job.model.file.read_bytes()).hexdigest(),
        job.model.class_name,
        job.model.trainable,
        None if initial is None else [hashlib.sha256(initial.file.read_bytes()).hexdigest(), initial.classifier],
        images_fingerprint,
        job.data.mean01,
        job.data.sd01,
        asdict(job.recipe),
        job.seed,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def write_checkpoint(path: Path, checkpoint: Checkpoint, fingerprint: str) -> None:
    """Raises OSError when the disk is full; what was there before stays."""
    content = {
        "version": CHECKPOINT_VERSION,
        "fingerprint": fingerprint,
        "progress": asdict(checkpoint.progress),
        "curve": checkpoint.curve,
        "network": checkpoint.network,
        "optimiser": checkpoint.optimiser,
        "scaler": checkpoint.scaler,
        "average": checkpoint.average,
    }
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_whole(path, buffer.getbuffer())


def read_checkpoint(path: Path, fingerprint: str | None) -> Checkpoint:
    """The checkpoint at `path`. Raises TrainingFailed `bad-job` if it is damaged or, with a fingerprint, another's."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        version = content["version"]
        if version == CHECKPOINT_VERSION and fingerprint in (None, content["fingerprint"]):
            return Checkpoint(
                progress=Progress(**content["progress"]),
                curve=content["curve"],
                network=content["network"],
                optimiser=content["optimiser"],
                scaler=content["scaler"],
                average=content["average"],
            )
    except Exception as error:
        kind = type(error).__name__
        raise TrainingFailed("bad-job", f"{path} is no whole checkpoint ({kind}). Delete it to start again.") from error
    if version != CHECKPOINT_VERSION:
        allowed = f"allowed is {CHECKPOINT_VERSION}"
        raise TrainingFailed("bad-job", f"{path} is of version {version}; {allowed}. Delete it to start again.")
    what = "another network, recipe, seed or data"
    raise TrainingFailed("bad-job", f"{path} belongs to {what}. Delete it to start again.")
