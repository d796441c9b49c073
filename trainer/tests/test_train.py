"""Whole trainings on digits, in this process: what is learnt, said and written, and how trainings end early."""

import base64
import hashlib
import importlib.util
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from jsonschema import Draft202012Validator
from safetensors.torch import load_file
from torch import nn

from genius_trainer.events import PART_BYTES, file_events
from genius_trainer.run import run
from genius_trainer.schema_check import load_schema
from genius_trainer.stop import Stop

from .support import MEAN01, NETWORK, SD01, digits_folder, make_job, records

FEW = {"version": 1, "train": records(13), "validation": records(4, 100), "test": records(4, 200)}
EVENT_SCHEMA = Draft202012Validator(load_schema("event"))
QUICK = {
    "split": {"version": 1, "train": records(32), "validation": records(20, 100), "test": records(20, 200)},
    "epochs": 4,
    "recipe": {"batchSize": 16},
}


def train(folder: Path) -> tuple[int, list[dict[str, Any]]]:
    events: list[dict[str, Any]] = []
    code = run(folder, events.append, Stop())
    for event in events:
        EVENT_SCHEMA.validate(event)
    return code, events


def network_of(file: Path) -> nn.Module:
    spec = importlib.util.spec_from_file_location("network", NETWORK)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network: nn.Module = module.Network()
    network.load_state_dict(load_file(file))
    return network.eval()


def test_digits_are_learnt_and_the_weights_handed_over_are_those_measured(tmp_path: Path) -> None:
    test = records(30, 200)
    split = {"version": 1, "train": records(64), "validation": records(20, 100), "test": test}
    recipe = {"averageDecay": 0.9, "batchSize": 16, "learningRate": 0.025}
    make_job(tmp_path, epochs=5, split=split, recipe=recipe, augmentation={"cropPadding": 1})
    code, events = train(tmp_path)
    assert code == 0
    assert [event["event"] for event in events] == ["started", *["epoch"] * 5, "finished"]
    assert [event["epoch"] for event in events[1:-1]] == [1, 2, 3, 4, 5]
    finished = events[-1]
    assert finished["accuracy01"] > 0.4
    assert finished["testImageCount"] == 300
    # Measured again by other code: the test images by hand, the weights by name.
    images = np.fromfile(digits_folder() / "pixels.bin", np.uint8).reshape(-1, 1, 28, 28)[test]
    labels = np.fromfile(digits_folder() / "labels.bin", "<u2")[test]
    with torch.no_grad():
        scores = network_of(tmp_path / "out/weights.safetensors")(
            torch.tensor((images / 255 - MEAN01) / SD01, dtype=torch.float32)
        )
    assert (scores.argmax(1).numpy() == labels).mean() == pytest.approx(finished["testAccuracy01"])
    result = json.loads((tmp_path / "out/result.json").read_text())
    assert result["testAccuracy01"] == finished["testAccuracy01"]
    assert [point["epoch"] for point in result["curve"]] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "changes",
    [
        {"augmentation": {"mixupAlpha": 0.2, "trivialAugment": True, "cutoutSize": 7}},
        {"recipe": {"optimiser": {"kind": "adamw", "weightDecay": 0.01}, "learningRate": 0.003}},
        {"precision": "bfloat16", "channelsLast": True},
    ],
    ids=["strong augmentation", "adamw", "bfloat16"],
)
def test_each_way_of_training_lowers_the_loss(tmp_path: Path, changes: dict[str, Any]) -> None:
    job = QUICK | {key: value for key, value in changes.items() if key != "recipe"}
    make_job(tmp_path, **job | {"recipe": {"batchSize": 16} | changes.get("recipe", {})})
    code, events = train(tmp_path)
    assert code == 0
    losses = [event["trainLoss"] for event in events if event["event"] == "epoch"]
    assert losses[-1] < losses[0] - 0.05


def test_a_longer_training_continues_a_shorter_one(tmp_path: Path) -> None:
    make_job(tmp_path / "short", split=FEW, epochs=1)
    make_job(tmp_path / "long", split=FEW, epochs=2, continueFrom="../short/checkpoint.pt", seed=8)
    _, short = train(tmp_path / "short")
    code, long = train(tmp_path / "long")
    assert code == 0
    assert long[0]["resumedFromEpoch"] == 1
    assert long[1] == short[1]
    assert long[-1]["epochsRun"] == 1
    assert train(tmp_path / "long")[1][-1]["epochsRun"] == 0  # finished already: measured and said again


def test_the_classifier_alone_learns_other_classes(tmp_path: Path) -> None:
    make_job(tmp_path / "first", epochs=1, split=FEW)
    train(tmp_path / "first")
    first = tmp_path / "first/out/weights.safetensors"
    classes = [7, 2, 5]
    split: dict[str, Any] = {"version": 1, "train": [], "validation": [], "test": []}
    for name, skip in (("train", 300), ("validation", 340)):
        split[name] = [record for k in classes for record in records(12, skip, range(k, k + 1))]
    folder = tmp_path / "probe"
    job = make_job(folder, epochs=1, split=split)
    job["model"] |= {"initialWeights": {"file": str(first), "classifier": "fresh"}, "trainable": "classifier"}
    job["data"]["classes"] = classes
    (folder / "job.json").write_text(json.dumps(job))
    code, events = train(folder)
    assert code == 0, events
    before, after = load_file(first), load_file(folder / "out/weights.safetensors")
    assert after["head.classifier.weight"].shape == (3, 64)
    same = {name for name, tensor in after.items() if torch.equal(tensor, before.get(name, tensor + 1))}
    assert set(after) - same == {"head.classifier.weight", "head.classifier.bias"}
    job["model"]["initialWeights"]["classifier"] = "kept"
    (folder / "job.json").write_text(json.dumps(job))
    assert 'needs [3, 64]. A classifier of other classes needs "classifier": "fresh"' in train(folder)[1][-1]["detail"]


def test_files_travel_in_events_in_parts(tmp_path: Path) -> None:
    make_job(tmp_path, epochs=1, split=FEW, filesInEvents=True)
    _, events = train(tmp_path)
    pieces = [event for event in events if event["event"] == "file"]
    content = b"".join(base64.b64decode(piece["base64"]) for piece in pieces)
    assert len(pieces) == pieces[0]["parts"] == -(-len(content) // PART_BYTES) > 1
    assert content == (tmp_path / "out/weights.safetensors").read_bytes()
    file = events[-1]["files"][0]
    assert hashlib.sha256(content).hexdigest() == pieces[0]["sha256"] == file["sha256"]
    assert file["bytes"] == len(content)
    assert [piece["base64"] for piece in file_events("empty", b"")] == [""]


@pytest.mark.parametrize(
    ("changes", "reason", "words"),
    [
        ({"recipe": {"learningRate": 1e30, "clipNorm": 1e30, "batchSize": 16}}, "diverged", "the loss became"),
        ({"timeLimitSeconds": 1e-6}, "timeout", "timeLimitSeconds is 1e-06 s"),
        ({"memoryLimitMb": 1}, "out-of-memory", "memoryLimitMb is 1"),
        ({"recipe": {"batchSize": 131}}, "bad-job", "recipe.batchSize is 131; allowed is at most 130"),
        (
            {"augmentation": {"cropPadding": 28}},
            "bad-job",
            "augmentation.cropPadding is 28; allowed is at most 27",
        ),
        ({"precision": "float16"}, "bad-job", "precision is float16, which needs a GPU"),
        ({"device": "cuda"}, "bad-job", "device is cuda, but PyTorch"),
        ({"continueFrom": "job.json"}, "bad-job", "job.json is no whole checkpoint"),
    ],
)
def test_early_ends_are_named(tmp_path: Path, changes: dict[str, Any], reason: str, words: str) -> None:
    if changes.get("device") == "cuda" and torch.cuda.is_available():
        pytest.skip("there is a GPU")
    make_job(tmp_path, split=FEW, **changes)
    code, events = train(tmp_path)
    assert code == 1
    assert events[-1]["event"] == "failed"
    assert (events[-1]["reason"], events[-1]["epochsRun"]) == (reason, 0)
    assert words in events[-1]["detail"]


GREEDY = """
import torch
from torch import nn

class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.classifier = nn.Linear(784, 10)

    def forward(self, x):
        scores = self.classifier(x.flatten(1))
        return scores + torch.ones(10**15).sum() if self.training else scores
"""


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        (GREEDY, "out-of-memory", "training with batches of 32 images of 1×28×28"),
        (GREEDY.replace("784", "783"), "bad-job", "does not take images of 1×28×28"),
        (GREEDY.replace("784, 10", "784, 9"), "bad-job", "scores of shape [1, 9] for one image; the data need [1, 10]"),
        (GREEDY.replace("Network", "Net"), "bad-job", "has no nn.Module of the name Network"),
        ("import nothing_of_this_name", "bad-job", "cannot be loaded: ModuleNotFoundError"),
    ],
    ids=["too large", "wrong input", "wrong classes", "wrong name", "wrong import"],
)
def test_networks_that_do_not_fit_are_refused(tmp_path: Path, text: str, reason: str, words: str) -> None:
    (tmp_path / "model.py").write_text(text)
    make_job(tmp_path, split=FEW, model={"file": "model.py", "className": "Network", "trainable": "all"})
    code, events = train(tmp_path)
    assert code == 1
    assert events[-1]["reason"] == reason
    assert words in events[-1]["detail"]


@contextmanager
def largest_file(byte_count: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_named_and_leaves_the_last_checkpoint(tmp_path: Path) -> None:
    make_job(tmp_path, split=FEW, epochs=1)
    train(tmp_path)
    kept = (tmp_path / "checkpoint.pt").read_bytes()
    make_job(tmp_path, split=FEW, epochs=2)
    with largest_file(20_000):
        code, events = train(tmp_path)
    assert (code, events[-1]["reason"]) == (1, "disk-full")
    assert (tmp_path / "checkpoint.pt").read_bytes() == kept
    assert not list(tmp_path.glob("*.part"))


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    make_job(tmp_path, split=FEW, epochs=1)
    train(tmp_path)
    make_job(tmp_path, split=FEW, epochs=1, seed=8)
    assert "checkpoint.pt belongs to another network, recipe, seed or data" in train(tmp_path)[1][-1]["detail"]
