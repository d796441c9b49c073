"""Trainings that are killed or stopped, for real, as processes: what is said, and that they end as if never stopped.

The network itself raises the signal in the middle of an epoch, the first time only, so no test waits or guesses.
"""

import signal
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from genius_trainer.run import run
from genius_trainer.stop import Stop

from .support import NETWORK, end, make_job, records, start

SPLIT = {"version": 1, "train": records(13), "validation": records(4, 100), "test": []}
# Epochs have 4 steps: step 6 of the first process is in the middle of the second epoch, and step 4 of the second, which
# goes on from there, in the middle of the third. Dropout draws random numbers of its own.
SIGNALLING = """
import os, pathlib, signal

_Network = Network

class Network(_Network):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(0.2)
        self.steps = 0

    def forward(self, x):
        self.steps += self.training
        for step, name in ((6, "SIGTERM"), (4, "SIGKILL")):
            flag = pathlib.Path(__file__).with_name(name)
            if self.training and self.steps == step and flag.exists():
                flag.unlink()
                print("a network may print, and that is no event")
                os.kill(os.getpid(), signal.Signals[name])
        return super().forward(self.dropout(x))
"""
AUGMENTATION = {"warp": 0.3, "cropPadding": 2, "mixupAlpha": 0.2}


def job_of(folder: Path) -> Path:
    folder.mkdir()
    (folder / "model.py").write_text(NETWORK.read_text().split("if __name__")[0] + SIGNALLING)
    model = {"file": "model.py", "className": "Network", "trainable": "all"}
    recipe = {"averageDecay": 0.9}
    make_job(folder, model=model, split=SPLIT, epochs=3, recipe=recipe, augmentation=AUGMENTATION)
    return folder


def curve(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    fields = ("epoch", "trainLoss", "validationLoss", "validationAccuracy01", "learningRate")
    return [tuple(event[field] for field in fields) for event in events if event["event"] == "epoch"]


def test_stopped_and_killed_in_an_epoch_a_training_ends_bit_for_bit_as_without(tmp_path: Path) -> None:
    whole, broken = job_of(tmp_path / "whole"), job_of(tmp_path / "broken")
    expected: list[dict[str, Any]] = []
    assert run(whole, expected.append, Stop()) == 0
    assert len(curve(expected)) == 3

    (broken / "SIGTERM").touch()
    code, events, err = end(start(broken))
    assert code == 130
    assert events[-1]["reason"] == "cancelled"
    assert events[-1]["detail"] == "stopped by SIGTERM after 1 epochs and 2 steps; the checkpoint keeps them"
    assert events[-1]["epochsRun"] == 1
    assert "no event" in err

    (broken / "SIGKILL").touch()
    code, events, _ = end(start(broken))
    assert code == -signal.SIGKILL
    assert [event["event"] for event in events] == ["started", "epoch", "epoch"]
    assert events[0]["resumedFromEpoch"] == 1

    code, events, _ = end(start(broken))
    assert code == 0
    assert events[0]["resumedFromEpoch"] == 2
    assert curve(events) == curve(expected)
    assert events[-1]["epochsRun"] == 1
    same, own = load_file(whole / "out/weights.safetensors"), load_file(broken / "out/weights.safetensors")
    assert all(tensor.equal(own[name]) for name, tensor in same.items())


def test_stopped_before_pytorch_is_loaded_it_still_says_so(tmp_path: Path) -> None:
    make_job(tmp_path, split=SPLIT)
    code = (
        "import os, signal, sys; from genius_trainer import __main__ as command; listen = command.listen\n"
        "def listen_and_be_stopped():\n    stop = listen(); os.kill(os.getpid(), signal.SIGINT); return stop\n"
        "command.listen = listen_and_be_stopped; sys.exit(command.main())"
    )
    process = start(tmp_path, code=code)
    exit_code, events, _ = end(process)
    assert exit_code == 130
    assert events[-1]["detail"].startswith("stopped by SIGINT after 0 epochs and 1 steps")


def test_wrong_use_is_told(tmp_path: Path) -> None:
    process = start(Path("--help"))
    out, err = process.communicate(timeout=300)
    assert (process.returncode, out) == (2, "")
    assert "JOBFOLDER" in err
    code, events, _ = end(start(tmp_path / "nothing"))
    assert code == 1
    assert events[0]["reason"] == "bad-job"
    assert "nothing" in events[0]["detail"]
