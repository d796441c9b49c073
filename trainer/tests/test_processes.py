"""Two processes on the CPU, joined by gloo: the same result as one, stopped together, and ended when one dies."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from genius_trainer.run import run
from genius_trainer.stop import Stop

from .support import make_job, records

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
        dies = pathlib.Path(__file__).with_name("dies").exists()
        if dies and self.steps == 2 and dist.get_rank() == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.classifier(self.conv(x).relu().flatten(1))
"""


def job_of(folder: Path, processes: int, **changes: Any) -> Path:
    folder.mkdir()
    (folder / "model.py").write_text(NETWORK)
    model = {"file": "model.py", "className": "Network", "trainable": "all"}
    make_job(folder, model=model, split=SPLIT, processes=processes, epochs=2, **changes)
    return folder


def train(folder: Path) -> tuple[int, list[dict[str, Any]]]:
    events: list[dict[str, Any]] = []
    return run(folder, events.append, Stop()), events


def test_two_processes_train_what_one_trains_also_when_stopped_between(tmp_path: Path) -> None:
    one, two, stopped = (job_of(tmp_path / name, count) for name, count in (("one", 1), ("two", 2), ("stopped", 2)))
    (code_one, alone), (code_two, joined) = train(one), train(two)
    assert code_one == code_two == 0, joined
    assert joined[0]["processes"] == 2
    assert [event["event"] for event in joined] == ["started", "epoch", "epoch", "finished"]
    for field in ("trainLoss", "validationLoss"):
        torch.testing.assert_close(joined[2][field], alone[2][field], rtol=1e-5, atol=1e-6)
    assert joined[-1]["testAccuracy01"] == alone[-1]["testAccuracy01"]
    weights = load_file(one / "out/weights.safetensors")
    for name, tensor in load_file(two / "out/weights.safetensors").items():
        torch.testing.assert_close(tensor, weights[name], rtol=1e-4, atol=1e-6)

    events: list[dict[str, Any]] = []
    stop = Stop()

    def stop_at_once(event: dict[str, Any]) -> None:
        events.append(event)
        stop.request("SIGTERM")

    code = run(stopped, stop_at_once, stop)
    assert (code, events[-1]["reason"]) == (130, "cancelled"), events
    assert (stopped / "checkpoint.pt").exists()
    code, events = train(stopped)
    assert code == 0
    assert events[-1]["loss"] == joined[-1]["loss"]


def test_one_that_dies_ends_all(tmp_path: Path) -> None:
    folder = job_of(tmp_path / "job", 2)
    (folder / "dies").touch()
    code, events = train(folder)
    assert code == 1
    assert events[-1]["reason"] == "out-of-memory"
    assert "process 2 of 2 was killed by signal 9" in events[-1]["detail"]


def test_a_batch_that_cannot_be_shared_is_refused(tmp_path: Path) -> None:
    code, events = train(job_of(tmp_path / "job", 2, recipe={"batchSize": 31}))
    assert code == 1
    assert "recipe.batchSize is 31; allowed is a multiple of the 2 processes" in events[-1]["detail"]
