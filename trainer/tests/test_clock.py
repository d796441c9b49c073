"""Trainings by the clock: slices that continue one another, and a final training whose rate falls to zero in its time.

The clock is the test's own, and ticks when it is looked at, so nothing depends on how fast a machine is.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from genius_trainer import clocked
from genius_trainer.run import run
from genius_trainer.stop import Stop

from .support import make_job, records

SPLIT = {"version": 1, "train": records(16), "validation": records(4, 100), "test": []}
STEPS = 5  # of an epoch
PEAK = 0.05


class Ticking:
    """A clock that goes on by 4 ms whenever it is read."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += 0.004
        return self.now


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocked, "time", Ticking())


def train(folder: Path, clock: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    job = {"recipe": {"averageDecay": 0.9}, "split": SPLIT, "measureTest": False} | changes
    make_job(folder, **job)
    _write_clock(folder, clock)
    events: list[dict[str, Any]] = []
    clocked.time.now = 0.0  # type: ignore[attr-defined]
    assert run(folder, events.append, Stop(), 0.0) == 0, events
    return events


def _write_clock(folder: Path, clock: dict[str, Any]) -> None:
    path = folder / "job.json"
    job = json.loads(path.read_text())
    del job["epochs"]
    path.write_text(json.dumps(job | {"clock": clock}))


def points(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == "epoch"]


def test_a_slice_of_no_time_makes_one_step_and_is_known_by_its_average(tmp_path: Path) -> None:
    events = train(tmp_path / "short", {"phase": "slice", "seconds": 1e-6})
    (point,) = points(events)
    assert point["epoch"] == round(1 / STEPS, 3)
    finished = events[-1]
    assert finished["weights"] == "averaged"
    assert finished["accuracy01"] == point["validationAccuracy01"]
    assert finished["epochsRun"] == point["epoch"]


def test_a_longer_slice_goes_on_at_the_peak_and_a_final_training_falls_to_zero(tmp_path: Path) -> None:
    first = points(train(tmp_path / "first", {"phase": "slice", "seconds": 1e-6}))
    events = train(tmp_path / "second", {"phase": "slice", "seconds": 3.0}, continueFrom="../first/checkpoint.pt")
    second = points(events)
    assert second[0] == first[0]
    assert second[-1]["epoch"] > first[0]["epoch"] + 1
    assert second[-1]["seconds"] > first[0]["seconds"]
    assert second[-1]["learningRate"] == PEAK
    assert events[-1]["accuracy01"] > 0.2

    # However little time there is, four steps are made, along which the rate falls.
    final = train(tmp_path / "final", {"phase": "final", "seconds": 1e-6}, continueFrom="../second/checkpoint.pt")
    last = points(final)[-1]
    assert last["epoch"] == round(second[-1]["epoch"] + 4 / STEPS, 3)
    assert last["learningRate"] == PEAK * (1 - 3 / 4)
    assert (tmp_path / "final" / "out" / "weights.safetensors").exists()
    assert load_file(tmp_path / "final" / "out" / "weights.safetensors")


def test_a_final_training_from_the_start_learns_and_measures_both_weights(tmp_path: Path) -> None:
    events = train(tmp_path / "alone", {"phase": "final", "seconds": 4.0})
    finished = events[-1]
    assert finished["weights"] in ("last", "averaged")
    assert finished["accuracy01"] > 0.2
    assert points(events)[-1]["learningRate"] < PEAK / 10


def test_stopped_in_a_slice_it_goes_on_with_what_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "stopped"
    make_job(folder, recipe={"averageDecay": 0.9}, split=SPLIT, measureTest=False)
    _write_clock(folder, {"phase": "slice", "seconds": 600.0})
    stop = Stop()
    stop.request("SIGTERM")
    events: list[dict[str, Any]] = []
    assert run(folder, events.append, stop, 0.0) == 130
    assert events[-1]["reason"] == "cancelled"
    _write_again(folder, {"phase": "slice", "seconds": 1e-6})
    again: list[dict[str, Any]] = []
    assert run(folder, again.append, Stop(), 0.0) == 0
    # One step before the stop, and one after.
    assert points(again)[-1]["epoch"] == round(2 / STEPS, 3)


def _write_again(folder: Path, clock: dict[str, Any]) -> None:
    path = folder / "job.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"clock": clock}))


def test_a_job_is_by_epochs_or_by_the_clock(tmp_path: Path) -> None:
    make_job(tmp_path, clock={"phase": "slice", "seconds": 1.0})
    events: list[dict[str, Any]] = []
    assert run(tmp_path, events.append, Stop()) == 1
    assert events[-1]["reason"] == "bad-job"
    assert "one of epochs and clock" in events[-1]["detail"]
