"""A training by the clock: a slice of a search's training, or its final part, as in process (src/training/run-slice.ts
and run-final.ts).

A slice rises briefly and then stays at the peak of the learning rate; what is measured is the moving average of the
weights. It ends when its seconds, in all, are over. The final training goes on from there, and the rate falls linearly
to zero over the time that it has, as a function of the time used: it ends on time however fast the machine is.
"""

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from .checkpoint import Progress
from .events import Emit, Event
from .job import Clock
from .measure import Measured, measure
from .step import make_step
from .watch import Watch

if TYPE_CHECKING:
    from .train import Training

# A stop loses at most this much.
KEEP_SECONDS = 20.0
# Made even when the time is over.
MIN_STEPS = {"slice": 1, "final": 4}
# Of the time, where nothing was trained before; an epoch where that is longer.
WARM_UP = {"slice": 0.2, "final": 0.05}
# A point of a final training's curve is due after this share of its time, where measuring costs a twentieth of it.
POINT_SHARE = 0.1
MEASURE_SHARE = 0.05
# How late a final training may end, as a share of its time, or a second.
LATE_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class ByClock:
    """What came of it."""

    averaged: Measured | None
    # Whether there is time to measure the last weights too.
    measures_last: bool
    epochs_run: float


def run_by_clock(training: "Training", clock: Clock, emit: Emit, began: float) -> ByClock:
    """Trains until the clock says so. The seconds count from `began`, and in a slice with those of before."""
    return _Run(training, clock, emit, began).run()


class _Run:
    def __init__(self, training: "Training", clock: Clock, emit: Emit, began: float) -> None:
        self.training = training
        self.clock = clock
        self.emit = emit
        self.began = began
        self.progress: Progress = training.progress
        self.before = self.progress.clock_seconds
        self.steps_before = self.progress.steps
        self.is_final = clock.phase == "final"
        self.limit = clock.seconds if self.is_final else clock.seconds - self.before
        # Seconds of the last steps. The first is slower than those that follow, and is not among them.
        self.recent: deque[float] = deque(maxlen=32)
        self.rate = 0.0
        self.watch = Watch(
            training.job,
            self.progress,
            class_count=training.images.class_count,
            stop=training.stop,
            group=training.group,
            compute=training.compute,
        )
        self.fallen_before = self.progress.fallen01
        self.trained_from = self.elapsed()
        self.losses = torch.zeros((), dtype=torch.float64, device=training.compute.device)
        self.loss_count = 0
        self.point_from = (self.progress.steps, self.elapsed())

    def run(self) -> ByClock:
        training, progress, feed = self.training, self.progress, self.training.feed
        kept_at = self.elapsed()
        while True:
            for batch in feed.epoch(progress.epoch, progress.step):
                since = self.elapsed()
                self.rate = self.rate_now()
                loss = make_step(training, batch, self.rate, progress.steps + 1)
                self.losses += loss
                self.loss_count += 1
                progress.step = batch.step + 1
                progress.steps += 1
                if self.watch.after_step(loss):
                    self.keep()
                    raise training.cancelled()
                if self.own_steps() > 1:
                    self.recent.append(self.elapsed() - since)
                if self.is_over():
                    return self.end()
                if self.is_final and self.is_point_due():
                    self.point()
                if training.job.checkpoint is not None and self.elapsed() - kept_at >= KEEP_SECONDS:
                    self.keep()
                    kept_at = self.elapsed()
            progress.epoch += 1
            progress.step = 0

    def elapsed(self) -> float:
        """Since the process began."""
        return time.monotonic() - self.began

    def own_steps(self) -> int:
        return self.progress.steps - self.steps_before

    def step_seconds(self) -> float:
        return sum(self.recent) / len(self.recent) if self.recent else 0.0

    def measure_seconds(self) -> float:
        """What measuring validation takes: as the last time, else guessed once there are some steps to do so by."""
        if self.progress.measure_seconds > 0:
            return self.progress.measure_seconds
        if len(self.recent) < 3:
            return 0.0
        share = len(self.training.images.validation) / self.training.job.recipe.batch_size
        return 0.1 + 0.4 * self.step_seconds() * share

    def trained_until(self) -> float:
        """When to stop training, by `elapsed`: a final training measures two sets of weights."""
        return self.limit - (2 if self.is_final else 1) * self.measure_seconds()

    def is_over(self) -> bool:
        enough = self.own_steps() >= MIN_STEPS[self.clock.phase]
        return enough and self.elapsed() + self.step_seconds() / 2 >= self.trained_until()

    def rate_now(self) -> float:
        warm_up = WARM_UP[self.clock.phase] * self.clock.seconds
        trained = self.before + self.elapsed() - self.trained_from
        risen01 = max((self.progress.steps + 1) / self.training.feed.step_count, trained / max(warm_up, 1e-3))
        return self.training.job.recipe.learning_rate * min(1.0, risen01) * (1 - self.fallen())

    def fallen(self) -> float:
        """How far the rate has fallen, by the share of the time that is used; it never rises again."""
        if not self.is_final:
            return 0.0
        left = max(1e-9, self.trained_until() - self.trained_from)
        share = min(1.0, (self.elapsed() - self.trained_from) / left)
        if self.own_steps() < MIN_STEPS["final"]:
            share = min(share, self.own_steps() / MIN_STEPS["final"])
        now = self.fallen_before + (1 - self.fallen_before) * share
        self.progress.fallen01 = max(self.progress.fallen01, now)
        return self.progress.fallen01

    def is_point_due(self) -> bool:
        since = self.elapsed() - self.point_from[1]
        is_cheap = 0 < self.measure_seconds() <= MEASURE_SHARE * since
        return since >= POINT_SHARE * self.limit and is_cheap

    def point(self) -> Measured | None:
        """Measures the averaged weights as a further point of the curve."""
        training, progress = self.training, self.progress
        steps_from, seconds_from = self.point_from
        loss = float(self.losses) / max(1, self.loss_count)
        trained = self.elapsed()
        measured = self.measured()
        if measured is not None:
            progress.measure_seconds = self.elapsed() - trained
        batch_size = training.job.recipe.batch_size
        event: Event = {
            "event": "epoch",
            "epoch": max(0.001, round(progress.steps / training.feed.step_count, 3)),
            "seconds": round(self.before + self.elapsed(), 3),
            "trainLoss": loss,
            "learningRate": self.rate,
            "imagesPerSecond": (progress.steps - steps_from) * batch_size / max(1e-9, trained - seconds_from),
            "milliseconds": 1000 * (self.elapsed() - seconds_from),
        }
        if measured is not None:
            event |= {"validationLoss": measured.loss, "validationAccuracy01": measured.accuracy01}
        training.curve.append(event)
        self.losses.zero_()
        self.loss_count = 0
        self.point_from = (progress.steps, self.elapsed())
        # Before it is shown: what was shown is not lost.
        self.keep()
        self.emit(event)
        return measured

    def measured(self) -> Measured | None:
        training = self.training
        part = training.images.validation
        if len(part) == 0 or training.average is None:
            return None
        # In float32, as the exported network computes.
        return measure(
            training.network,
            training.feed,
            part,
            group=training.group,
            check=training.check_stop,
            weights=training.average.weights(),
        )

    def end(self) -> ByClock:
        if self.watch.look():
            self.keep()
            raise self.training.cancelled()
        averaged = self.point()
        late = self.limit + max(1.0, LATE_SHARE * self.limit)
        return ByClock(
            averaged=averaged,
            measures_last=self.is_final and self.elapsed() + self.measure_seconds() <= late,
            epochs_run=round(self.own_steps() / self.training.feed.step_count, 3),
        )

    def keep(self) -> None:
        self.progress.clock_seconds = self.before + self.elapsed()
        self.training.keep(self.losses, self.watch.seconds())
