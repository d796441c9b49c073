"""Images: a decoded data set of GENIUS's cache, and which of its records train, validate and test.

The cache's folder (src/tasks/image-classification/cache.ts writes it) holds
- `meta.json`: `version` 2, `shape` [C, H, W], `classNames`, `trainCount`, `validationCount`,
  `testCount`, `hash` of the content, …;
- `pixels.bin`: uint8 [record, C, H, W], row-major, without a header, training, validation, test;
- `labels.bin`: uint16, little-endian, one a record.

The pixels are memory-mapped: what does not fit in memory is read as needed, and processes of one machine share it.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .failures import TrainingFailed
from .job import Data, read_json

CACHE_VERSION = 2


@dataclass(frozen=True, slots=True)
class Part:
    """Some records, int64 [n], and what the network should say to each, int64 [n]."""

    records: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.records)


@dataclass(frozen=True, slots=True)
class Images:
    """All pixels, uint8 [record, C, H, W], and the parts."""

    pixels: Tensor
    class_count: int
    train: Part
    validation: Part
    test: Part
    # Of the content, the classes and the training and validation records: another one is another training.
    fingerprint: str

    @property
    def shape(self) -> tuple[int, int, int]:
        _, channels, height, width = self.pixels.shape
        return channels, height, width

    @property
    def shape_text(self) -> str:
        return "×".join(map(str, self.shape))


def open_images(data: Data) -> Images:
    """Opens what the job names. Raises TrainingFailed `bad-job`, naming the file that is missing or does not fit."""
    meta = read_json(data.folder / "meta.json")
    if not isinstance(meta, dict) or meta.get("version") != CACHE_VERSION:
        version = meta.get("version") if isinstance(meta, dict) else None
        found = f"{data.folder} holds a data set of version {version}"
        raise TrainingFailed("bad-job", f"{found}; allowed is {CACHE_VERSION}. Open it again with this GENIUS.")
    channels, height, width = (int(side) for side in meta["shape"])
    count = sum(int(meta[f"{name}Count"]) for name in ("train", "validation", "test"))
    if len(data.mean01) != channels or len(data.sd01) != channels:
        got = f"{len(data.mean01)} means and {len(data.sd01)} standard deviations"
        raise TrainingFailed("bad-job", f"data.normalisation has {got}; the images have {channels} channels.")
    pixels = _map(data.folder / "pixels.bin", np.uint8, (count, channels, height, width))
    stored = _map(data.folder / "labels.bin", np.dtype("<u2"), (count,)).astype(np.int64)
    stored_count = len(meta["classNames"])
    classes = tuple(range(stored_count)) if data.classes is None else data.classes
    outputs = np.full(stored_count, -1, np.int64)
    for output, number in enumerate(classes):
        if number >= stored_count or outputs[number] >= 0:
            rule = f"each of 0 to {stored_count - 1} at most once"
            raise TrainingFailed("bad-job", f"data.classes holds {number}; allowed is {rule}.")
        outputs[number] = output

    split = read_json(data.split)
    parts = {name: _part(data.split, split, name, outputs[stored]) for name in ("train", "validation", "test")}
    if len(parts["train"]) == 0:
        raise TrainingFailed("bad-job", f"{data.split} has no training record.")
    content = hashlib.sha256(repr((meta["hash"], meta["shape"], classes)).encode())
    for name in ("train", "validation"):
        content.update(parts[name].records.numpy().tobytes())
    return Images(
        pixels=torch.from_numpy(pixels),
        class_count=len(classes),
        fingerprint=content.hexdigest(),
        **parts,
    )


def _map(path: Path, kind: Any, shape: tuple[int, ...]) -> Any:
    expected = int(np.prod(shape)) * np.dtype(kind).itemsize
    try:
        size = path.stat().st_size
        if size == expected:
            return np.memmap(path, kind, "c", shape=shape)  # "c": writable in memory only, as PyTorch wants it
    except OSError as error:
        raise TrainingFailed("bad-job", f"{path} cannot be read: {error.strerror}.") from error
    raise TrainingFailed("bad-job", f"{path} has {size} bytes; {expected} belong to its meta.json.")


def _part(path: Path, split: Any, name: str, labels: Any) -> Part:
    listed = split.get(name) if isinstance(split, dict) and split.get("version") == 1 else None
    if not isinstance(listed, list):
        raise TrainingFailed("bad-job", f'{path} is not {{"version": 1, "train": […], "validation", "test"}}.')
    records = np.array(listed if listed else np.empty(0, np.int64))
    if records.dtype != np.int64 or records.ndim != 1:
        raise TrainingFailed("bad-job", f"{path}: {name} holds other things than whole numbers.")
    if len(records) > 0 and not 0 <= records.min() <= records.max() < len(labels):
        extremes = f"records {records.min()} to {records.max()}"
        raise TrainingFailed("bad-job", f"{path}: {name} names {extremes}; the data set has {len(labels)}.")
    own = labels[records]
    if len(own) > 0 and own.min() < 0:
        record = records[own.argmin()]
        raise TrainingFailed("bad-job", f"{path}: record {record} of {name} is of no class in data.classes.")
    return Part(torch.from_numpy(records), torch.from_numpy(own))
