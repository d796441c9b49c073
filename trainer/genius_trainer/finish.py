"""The end of a training: which weights are handed over, what they are worth, and their files.

Measured in float32, in which the exported network will compute, whatever precision it was trained in. The moving
average is taken where it is better on validation. The test part is measured once, with the weights handed over.
"""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import safetensors.torch
import torch
from torch import nn

from .clocked import ByClock
from .data import Images
from .device import Compute, peak_memory_bytes
from .events import Emit, Event, file_events
from .feed import Feed
from .group import Group
from .job import Job
from .measure import Measured, measure
from .network import parameter_count
from .optimise import Average
from .whole_file import write_whole


@dataclass(frozen=True, slots=True)
class Finish:
    """What the end needs of a training."""

    job: Job
    images: Images
    group: Group
    compute: Compute
    network: nn.Module
    average: Average | None
    feed: Feed
    curve: list[Event]
    epochs_run: float
    # Of the curve: those of a checkpoint.
    points_brought: int
    by_clock: ByClock | None
    started: float
    check: Callable[[], None]


def hand_over(finish: Finish, emit: Emit) -> None:
    """Measures, writes weights.safetensors and result.json, and emits `file` events and `finished`."""
    job, images, average = finish.job, finish.images, finish.average
    by_clock = finish.by_clock
    last = _measure_last(finish)
    averaged = None if by_clock is None else by_clock.averaged
    if average is not None and by_clock is None:
        finish.group.spread(average.weights().values())
        if len(images.validation) > 0:
            averaged = measure(
                finish.network,
                finish.feed,
                images.validation,
                group=finish.group,
                check=finish.check,
                weights=average.weights(),
            )
    is_averaged = averaged is not None and (last is None or averaged.accuracy01 > last.accuracy01)
    chosen = averaged if is_averaged else last
    if is_averaged and average is not None:
        finish.network.load_state_dict(average.weights(), strict=False)
    event: Event = {
        "event": "finished",
        "weights": "averaged" if is_averaged else "last",
        "parameterCount": parameter_count(finish.network),
        "epochsRun": finish.epochs_run,
        "peakMemoryBytes": peak_memory_bytes(finish.compute),
    }
    if chosen is not None:
        event |= {"accuracy01": chosen.accuracy01, "loss": chosen.loss}
    own_points = finish.curve[finish.points_brought :]
    speeds = [float(point["imagesPerSecond"]) for point in own_points]
    if speeds:
        event["imagesPerSecond"] = sorted(speeds)[len(speeds) // 2]
    if job.measure_test and len(images.test) > 0:
        tested = measure(finish.network, finish.feed, images.test, group=finish.group, check=finish.check)
        event |= {
            "testAccuracy01": tested.accuracy01,
            "testLoss": tested.loss,
            "testImageCount": len(images.test),
        }
    if not finish.group.leads:
        return
    event["milliseconds"] = 1000 * (time.monotonic() - finish.started)
    event["files"] = []
    if job.output_folder is not None or job.files_in_events:
        content = _encode(finish.network, job.key)
        digest = hashlib.sha256(content).hexdigest()
        event["files"] = [{"name": "weights.safetensors", "bytes": len(content), "sha256": digest}]
        if job.output_folder is not None:
            write_whole(job.output_folder / "weights.safetensors", content)
            result = {"key": job.key, **event, "curve": finish.curve}
            write_whole(job.output_folder / "result.json", (json.dumps(result, indent=2) + "\n").encode())
        if job.files_in_events:
            for piece in file_events("weights.safetensors", content):
                emit(piece)
    emit(event)


def _measure_last(finish: Finish) -> Measured | None:
    """The last epoch's measurement stands where it was made in float32; a slice by the clock has only its average's."""
    part = finish.images.validation
    if len(part) == 0:
        return None
    if finish.by_clock is not None:
        if not finish.by_clock.measures_last:
            return None
        return measure(finish.network, finish.feed, part, group=finish.group, check=finish.check)
    if finish.compute.precision == "float32" and finish.curve:
        point = finish.curve[-1]
        return Measured(accuracy01=point["validationAccuracy01"], loss=point["validationLoss"])
    return measure(finish.network, finish.feed, part, group=finish.group, check=finish.check)


def _encode(network: nn.Module, key: str) -> bytes:
    tensors = {
        name: tensor.detach().to("cpu", memory_format=torch.contiguous_format).contiguous()
        for name, tensor in network.state_dict().items()
    }
    return safetensors.torch.save(tensors, {"format": "pt", "job": key})
