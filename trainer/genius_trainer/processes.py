"""One training by several processes of one machine: starting them, passing on what they say, and ending them together.

This process only watches. Each child sends its events through a pipe of its own; the leader's are printed, and the
first failure of any ends all. The children meet through a file, and talk over the loopback interface only.
"""

import multiprocessing
import os
import signal
import sys
import tempfile
import time
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from .device import choose_compute
from .events import Emit
from .failures import Reason, TrainingFailed, failure_of
from .group import Group
from .job import Job
from .stop import Stop, listen
from .train import train

SECONDS_TO_END = 10.0
SECONDS_TO_EXPLAIN = 3.0
LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"


def train_in_processes(job: Job, emit: Emit, stop: Stop) -> None:
    """As `train`, by `job.processes` processes."""
    # One server loads PyTorch and forks the children: N processes cost one loading.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["genius_trainer.train"])
    children: list[ForkServerProcess] = []
    pipes: dict[Connection, int] = {}
    with tempfile.TemporaryDirectory(prefix="genius-trainer-") as meeting:
        try:
            for rank in range(job.processes):
                ours, theirs = context.Pipe(duplex=False)
                arguments = (job, rank, theirs, str(Path(meeting) / "group"))
                child = context.Process(target=_child, args=arguments, daemon=True)
                child.start()
                theirs.close()
                children.append(child)
                pipes[ours] = rank
            stop.on_request(lambda: _stop(children))
            _relay(pipes, children, emit, stop)
        finally:
            _end(children)


def _relay(pipes: dict[Connection, int], children: list[ForkServerProcess], emit: Emit, stop: Stop) -> None:
    """Until all have finished. Raises the first failure of any, by preference one that explains the others'."""
    open_pipes = dict(pipes)
    crash: TrainingFailed | None = None
    deadline: float | None = None
    while open_pipes:
        ready = wait(list(open_pipes), None if deadline is None else max(0.0, deadline - time.monotonic()))
        for pipe in ready:
            assert isinstance(pipe, Connection)
            try:
                kind, content = pipe.recv()
            except EOFError:
                kind, content = "failed", _vanished(children, open_pipes[pipe], stop)
            if kind == "event":
                emit(content)
                continue
            del open_pipes[pipe]
            if kind == "failed":
                failure = TrainingFailed(*content)
                if failure.reason != "crashed":
                    raise failure
                # Whoever talks to a process that died crashes too: wait a little for the cause.
                crash = crash or failure
                deadline = deadline or time.monotonic() + SECONDS_TO_EXPLAIN
        if crash is not None and not ready:
            break
    if crash is not None:
        raise crash


def _vanished(children: list[ForkServerProcess], rank: int, stop: Stop) -> tuple[Reason, str]:
    """Why a process ended without a word."""
    children[rank].join(SECONDS_TO_END)
    code = children[rank].exitcode or 0
    who = f"process {rank + 1} of {len(children)}"
    if code == -signal.SIGKILL:
        return "out-of-memory", f"{who} was killed by signal 9, as systems do that run out of memory"
    if code == -signal.SIGTERM and stop.signal_name is not None:
        return "cancelled", f"stopped by {stop.signal_name} before the training began"
    return "crashed", f"{who} was killed by signal {-code}" if code < 0 else f"{who} ended with {code}"


def _stop(children: list[ForkServerProcess]) -> None:
    for child in children:
        child.terminate()


def _end(children: list[ForkServerProcess]) -> None:
    """Waits for children that are at their end, and ends those that wait for one that is gone."""
    deadline = time.monotonic() + SECONDS_TO_END
    for child in children:
        child.join(max(0.0, deadline - time.monotonic()) if child.exitcode is None else 0)
        if child.is_alive():
            child.kill()
            child.join()


def _child(job: Job, rank: int, pipe: Connection, meeting: str) -> None:
    stop = listen()
    group = Group(rank, job.processes)

    def emit(event: dict[str, Any]) -> None:
        if group.leads:
            pipe.send(("event", event))

    try:
        os.environ["GLOO_SOCKET_IFNAME"] = os.environ["NCCL_SOCKET_IFNAME"] = LOOPBACK
        backend = "nccl" if choose_compute(job, group).is_cuda else "gloo"
        dist.init_process_group(backend, init_method=f"file://{meeting}", rank=rank, world_size=group.size)
        train(job, emit, stop, group)
        dist.barrier()
        pipe.send(("finished", None))
    except BaseException as error:
        failure = failure_of(error, "training in several processes")
        pipe.send(("failed", (failure.reason, failure.detail)))
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()
        torch.set_num_threads(1)
