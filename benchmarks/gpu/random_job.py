"""A training of random pixels for the trainer, as a job folder: speed does not depend on them."""

import json
from pathlib import Path

CLASSES = 10


def write_job(folder: Path, *, model: Path, side: int, count: int, batch: int, epochs: int, device: str) -> None:
    import numpy as np

    shape = (3, side, side)
    draw = np.random.default_rng(1)
    draw.integers(0, 256, (count, *shape), np.uint8).tofile(folder / "pixels.bin")
    draw.integers(0, CLASSES, count, np.uint16).tofile(folder / "labels.bin")
    meta = {"version": 2, "classNames": [str(k) for k in range(CLASSES)], "shape": shape, "hash": "random"}
    counts = {"trainCount": count, "validationCount": 0, "testCount": 0}
    (folder / "meta.json").write_text(json.dumps(meta | counts))
    split = {"version": 1, "train": list(range(count)), "validation": [], "test": []}
    (folder / "split.json").write_text(json.dumps(split))
    augmentation = {"cropPadding": side // 8, "flip": True, "warp": 0, "colourJitter": 0, "trivialAugment": False}
    augmentation |= {"cutoutSize": 0, "mixupAlpha": 0}
    job = {
        "version": 1,
        "key": "random",
        "model": {"file": str(model.resolve()), "className": "Network", "trainable": "all"},
        "data": {
            "folder": ".",
            "split": "split.json",
            "normalisation": {"mean01": [0.5] * 3, "sd01": [0.25] * 3},
        },
        "recipe": {
            "batchSize": batch,
            "optimiser": {"kind": "sgd", "momentum": 0.9, "nesterov": True, "weightDecay": 5e-4},
            "learningRate": 0.05,
            "labelSmoothing": 0.05,
            "augmentation": augmentation,
            "clipNorm": 5,
        },
        "epochs": epochs,
        "seed": 1,
        "device": device,
        "processes": 1,
        "precision": "auto",
        "compile": False,
        "channelsLast": device == "cuda",
        "measureTest": False,
        "filesInEvents": False,
    }
    if device == "cpu":
        job["threads"] = 1
    (folder / "job.json").write_text(json.dumps(job))
