"""A job folder in, event lines and an exit code out: 0 finished, 130 stopped by a signal, 1 failed."""

import sys
import time
import traceback
from pathlib import Path

from .events import Emit, Event
from .failures import failure_of
from .group import Group
from .job import read_job
from .processes import train_in_processes
from .stop import Stop
from .train import train


def run(folder: Path, emit: Emit, stop: Stop, began: float | None = None) -> int:
    """Trains the job in `folder`. Never raises: every end but `finished` is the event `failed`.

    `began` is when the process did, by time.monotonic(): a training by the clock counts from there.
    """
    started = time.monotonic()
    epochs = {"brought": 0, "seen": 0}

    def counted(event: Event) -> None:
        if event["event"] == "started":
            epochs["brought"] = event.get("resumedFromEpoch", 0)
        elif event["event"] == "epoch":
            epochs["seen"] += 1
        emit(event)

    try:
        job = read_job(folder)
        if job.processes > 1:
            train_in_processes(job, counted, stop)
        else:
            train(job, counted, stop, Group(), started if began is None else began)
        return 0
    except BaseException as error:
        failure = failure_of(error, "starting")
        if failure.reason == "crashed":
            traceback.print_exc(file=sys.stderr)
        emit(
            {
                "event": "failed",
                "reason": failure.reason,
                "detail": failure.detail,
                "epochsRun": max(0, epochs["seen"] - epochs["brought"]),
                "milliseconds": 1000 * (time.monotonic() - started),
            }
        )
        return 130 if failure.reason == "cancelled" else 1
