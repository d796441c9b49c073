"""The trainer's images per second beside those of a bare PyTorch loop, epoch by epoch in turns, in one process.

Arguments: a model.py, its image side and channels, the batch size, the steps of an epoch, the epochs, the threads, the
device, and any of "channelsLast", "compile", "bfloat16" and "strong". The bare loop has the same network, optimiser and
precision, and one batch that is already in place: no data, no augmentation, no clipping, no schedule, no events. Prints
one JSON object. Random pixels: speed does not depend on them.
"""

import importlib.util
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from genius_trainer.group import Group
from genius_trainer.job import job_from
from genius_trainer.stop import Stop
from genius_trainer.train import train

CLASSES = 10
model, side, channels, batch, steps, epochs, threads, device, *flags = sys.argv[1:]
shape = (int(channels), int(side), int(side))
batch, steps, epochs = int(batch), int(steps), int(epochs)
strong = "strong" in flags


def pack(folder: Path) -> None:
    """A random data set in the form of the cache."""
    count = batch * steps
    draw = np.random.default_rng(1)
    draw.integers(0, 256, (count, *shape), np.uint8).tofile(folder / "pixels.bin")
    draw.integers(0, CLASSES, count, np.uint16).tofile(folder / "labels.bin")
    meta = {"version": 2, "classNames": [str(k) for k in range(CLASSES)], "shape": shape, "hash": "random"}
    counts = {"trainCount": count, "validationCount": 0, "testCount": 0}
    (folder / "meta.json").write_text(json.dumps(meta | counts))
    split = {"version": 1, "train": list(range(count)), "validation": [], "test": []}
    (folder / "split.json").write_text(json.dumps(split))


def make_bare():
    """A function that makes one step of the bare loop."""
    spec = importlib.util.spec_from_file_location("bare_model", model)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    layout = torch.channels_last if "channelsLast" in flags else torch.contiguous_format
    network = module.Network(num_classes=CLASSES).to(device, memory_format=layout).train()
    called = torch.compile(network) if "compile" in flags else network
    images = torch.rand(batch, *shape).to(device, memory_format=layout)
    labels = torch.randint(CLASSES, (batch,)).to(device)
    optimiser = torch.optim.SGD(network.parameters(), 0.01, 0.9, nesterov=True, weight_decay=5e-4, fused=True)

    def step():
        optimiser.zero_grad(set_to_none=True)
        with torch.autocast(device, torch.bfloat16, enabled="bfloat16" in flags):
            loss = F.cross_entropy(called(images), labels)
        loss.backward()
        optimiser.step()

    return step


class Clock:
    """Wall and processor seconds since the last look."""

    def __init__(self):
        self.look()

    def look(self):
        if device == "cuda":
            torch.cuda.synchronize()
        now = (time.perf_counter(), time.process_time())
        since = [b - a for a, b in zip(getattr(self, "last", now), now)]
        self.last = now
        return since


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    pack(folder)
    augmentation = {"cropPadding": shape[1] // 8, "flip": True, "warp": 0, "colourJitter": 0}
    augmentation |= {"trivialAugment": strong, "cutoutSize": shape[1] // 4 if strong else 0, "mixupAlpha": 0}
    optimiser = {"kind": "sgd", "momentum": 0.9, "nesterov": True, "weightDecay": 5e-4}
    recipe = {"batchSize": batch, "optimiser": optimiser, "learningRate": 0.05, "labelSmoothing": 0.05}
    job = job_from(
        {
            "key": "speed",
            "model": {"file": str(Path(model).resolve()), "className": "Network", "trainable": "all"},
            "data": {
                "folder": ".",
                "split": "split.json",
                "normalisation": {"mean01": [0.5] * shape[0], "sd01": [0.25] * shape[0]},
            },
            "recipe": recipe | {"augmentation": augmentation, "clipNorm": 5},
            "epochs": epochs + 1,
            "seed": 1,
            "device": device,
            "processes": 1,
            "threads": int(threads),
            "precision": "bfloat16" if "bfloat16" in flags else "float32",
            "compile": "compile" in flags,
            "channelsLast": "channelsLast" in flags,
            "measureTest": False,
            "filesInEvents": False,
        },
        folder,
    )
    clock = Clock()
    ours, bare, started = [], [], {}
    step = None

    def on_event(event):
        """After an epoch of the trainer, one of the bare loop; the first of both warms up."""
        global step
        if event["event"] == "started":
            started.update(event)
            step = make_bare()
        elif event["event"] == "epoch":
            ours.append(clock.look())
            for _ in range(steps):
                step()
            bare.append(clock.look())
        clock.look()

    train(job, on_event, Stop(), Group())

pairs = list(zip(ours[1:], bare[1:]))
result = {
    "device": started["deviceName"],
    "torch": started["torch"],
    "threads": started["threads"],
    "batchSize": batch,
    "imageShape": shape,
    "flags": flags,
    "parameterCount": started["parameterCount"],
}
for at, name in enumerate(("wall", "processor")):
    rate = [[batch * steps / seconds[at] for seconds in pair] for pair in pairs]
    result[name] = {
        "trainerImagesPerSecond": round(statistics.median(own for own, _ in rate), 1),
        "bareImagesPerSecond": round(statistics.median(other for _, other in rate), 1),
        "ratio": round(statistics.median(own / other for own, other in rate), 3),
    }
print(json.dumps(result))
