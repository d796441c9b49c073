"""Two processes on the CPU, joined by gloo: the same result as one, stopped together, and ended when one dies."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from .support import end, make_job, records, start

SPLIT = {"version": 1, "train": records(13), "validation": records(5, 100), "test": records(5, 200)}
# Without batch norm, whose statistics are of each process's own images, two halves of a batch are the batch.
NETWORK = """
import os, pathlib, signal
from torch import nn
import torch.distributed as dist

class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 5, stride=4)
        self.unused = nn.Linear(4, 4)
        self.classifier = nn.Linear(288, 10)
        self.steps = 0

    def forward(self, x):
        self.steps += self.training
        action = pathlib.Path(__file__).with_name("action")
        if self.steps == 2 and dist.is_initialized() and dist.get_rank() == 1 and action.exists():
            name = action.read_text()
            os.kill(os.getppid() if name == "SIGTERM" else os.getpid(), signal.Signals[name])
        return self.classifier(self.conv(x).relu().flatten(1))
"""


def job_of(folder: Path, processes: int, action: str | None = None) -> Path:
    folder.mkdir()
    (folder / "model.py").write_text(NETWORK)
    if action is not None:
        (folder / "action").write_text(action)
    model = {"file": "model.py", "className": "Network", "trainable": "all"}
    make_job(folder, model=model, split=SPLIT, processes=processes, epochs=2)
    return folder


def run(folder: Path) -> tuple[int, list[dict[str, Any]]]:
    code, events, err = end(start(folder))
    assert events, err
    return code, events


def test_two_processes_train_what_one_trains(tmp_path: Path) -> None:
    one, two = job_of(tmp_path / "one", 1), job_of(tmp_path / "two", 2)
    (code_one, alone), (code_two, joined) = run(one), run(two)
    assert code_one == code_two == 0, joined
    assert joined[0]["processes"] == 2
    assert [event["event"] for event in joined] == ["started", "epoch", "epoch", "finished"]
    for field in ("trainLoss", "validationLoss"):
        torch.testing.assert_close(joined[2][field], alone[2][field], rtol=1e-5, atol=1e-6)
    assert joined[-1]["testAccuracy01"] == alone[-1]["testAccuracy01"]
    weights = load_file(one / "out/weights.safetensors")
    for name, tensor in load_file(two / "out/weights.safetensors").items():
        torch.testing.assert_close(tensor, weights[name], rtol=1e-4, atol=1e-6)


def test_a_signal_stops_all_at_one_step_and_they_go_on(tmp_path: Path) -> None:
    folder = job_of(tmp_path / "job", 2, "SIGTERM")
    code, events = run(folder)
    assert (code, events[-1]["reason"]) == (130, "cancelled"), events
    assert (folder / "checkpoint.pt").exists()
    (folder / "action").unlink()
    code, events = run(folder)
    assert code == 0
    reference = job_of(tmp_path / "whole", 2)
    assert run(reference)[1][-1]["loss"] == events[-1]["loss"]


def test_one_that_dies_ends_all(tmp_path: Path) -> None:
    code, events = run(job_of(tmp_path / "job", 2, "SIGKILL"))
    assert code == 1
    assert events[-1]["reason"] == "out-of-memory"
    assert "process 2 of 2 was killed by signal 9" in events[-1]["detail"]


def test_a_batch_that_cannot_be_shared_is_refused(tmp_path: Path) -> None:
    folder = job_of(tmp_path / "job", 2)
    job = json.loads((folder / "job.json").read_text())
    job["recipe"]["batchSize"] = 31
    (folder / "job.json").write_text(json.dumps(job))
    code, events = run(folder)
    assert code == 1
    assert "recipe.batchSize is 31; allowed is a multiple of the 2 processes" in events[-1]["detail"]
