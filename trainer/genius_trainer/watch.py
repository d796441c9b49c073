"""What can end a training between two steps: a loss that was thrown off, a request to stop, the time, the memory.

Several processes must decide alike, so what each saw is summed over them first. On a graphics processor looking costs a
wait, so it is done every few steps only.
"""

import math
import os
import time

import torch
from torch import Tensor

from .checkpoint import Progress
from .device import Compute, process_memory_bytes
from .failures import TrainingFailed
from .group import Group
from .job import Job
from .stop import Stop

STEPS_BETWEEN_LOOKS_ON_GPU = 16


class Watch:
    """Looks at a training. `stopping` means that a person or the system asked for its end."""

    def __init__(
        self, job: Job, progress: Progress, *, class_count: int, stop: Stop, group: Group, compute: Compute
    ) -> None:
        self._job = job
        self._progress = progress
        self._guessing = math.log(class_count)
        self._stop = stop
        self._group = group
        self._compute = compute
        self._every = STEPS_BETWEEN_LOOKS_ON_GPU if compute.is_cuda else 1
        self._unseen: list[Tensor] = []
        self._started = time.monotonic() - progress.seconds
        self._parent = os.getppid()

    def seconds(self) -> float:
        """Time spent on this training, with that before its last stop."""
        return time.monotonic() - self._started

    def after_step(self, loss: Tensor) -> bool:
        """Takes a step's loss; says whether to stop. Raises TrainingFailed `diverged`, `timeout`, `out-of-memory`."""
        self._unseen.append(loss)
        if len(self._unseen) < self._every:
            return False
        return self.look()

    def look(self) -> bool:
        """Judges what came since the last look."""
        wishes = torch.tensor([self._stop.signal_name is not None, self._late()], dtype=torch.float32)
        device = self._compute.device
        losses = torch.stack(self._unseen).float() if self._unseen else torch.empty(0, device=device)
        seen = torch.cat([wishes.to(device), losses])
        self._unseen = []
        stopping, late, *sums = self._group.sum(seen).tolist()
        for total in sums:
            self._judge(total / self._group.size)
        if self._group.size > 1 and os.getppid() != self._parent:
            raise TrainingFailed("crashed", "the process that started this one has gone")
        if stopping > 0:
            return True
        if late > 0:
            limit = f"{self._job.time_limit_seconds:g} s"
            raise TrainingFailed("timeout", f"stopped after {self.seconds():.0f} s; timeLimitSeconds is {limit}")
        self._check_memory()
        return False

    def _late(self) -> bool:
        limit = self._job.time_limit_seconds
        return limit is not None and self.seconds() > limit

    def _judge(self, loss: float) -> None:
        """Guessing has a loss of log(classes); a recent mean far above that will not come back."""
        progress = self._progress
        progress.watched_steps += 1
        steps = progress.watched_steps
        if not math.isfinite(loss):
            raise TrainingFailed("diverged", f"the loss became {loss} in step {steps}")
        recent = self._guessing if progress.recent_loss is None else progress.recent_loss
        progress.recent_loss = 0.95 * recent + 0.05 * loss
        if steps > 20 and progress.recent_loss > 4 * self._guessing:
            shown = f"the loss is {progress.recent_loss:.3g} after {steps} steps"
            raise TrainingFailed("diverged", f"{shown}; guessing has {self._guessing:.3g}")

    def _check_memory(self) -> None:
        limit = self._job.memory_limit_mb
        if limit is not None and (used := process_memory_bytes() / 1e6) > limit:
            raise TrainingFailed("out-of-memory", f"the process used {used:.0f} MB; memoryLimitMb is {limit:g}")
