"""One training, from its first or a kept step to its last, as one of the processes that make it.

Emits `started`, an `epoch` for each epoch (those that a checkpoint brought again, so that the output of the last run is
whole) and what `finish` adds. Raises TrainingFailed for every other end.
"""

import platform
import time
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from . import checkpoint as checkpoints
from .augment import normalisation_of
from .checkpoint import Checkpoint, Progress
from .clocked import ByClock, run_by_clock
from .data import Images, open_images
from .device import Compute, choose_compute, memory_text
from .events import Emit, Event
from .failures import TrainingFailed, failure_of
from .feed import Feed
from .finish import Finish, hand_over
from .group import Group
from .job import Job
from .measure import Measured, measure
from .network import load_network, parameter_count, train_mode
from .optimise import Average, make_optimiser, make_schedule
from .step import make_step
from .stop import Stop
from .watch import Watch


def train(job: Job, emit: Emit, stop: Stop, group: Group, began: float | None = None) -> None:
    """Trains as `group.rank` of `group.size`; only the leader emits and writes.

    By the clock, the seconds count from `began` on, by time.monotonic().
    """
    started = time.monotonic()
    compute = choose_compute(job, group)
    images = open_images(job.data)
    doing = f"training with batches of {job.recipe.batch_size} images of {images.shape_text}"
    try:
        training = _prepare(job, images, stop=stop, group=group, compute=compute)
    except Exception as error:
        raise failure_of(error, "preparing the training") from error
    try:
        emit(training.started_event())
        for point in training.curve:
            emit(point)
        by_clock = None
        if job.clock is None:
            _run_epochs(training, emit)
        else:
            by_clock = run_by_clock(training, job.clock, emit, started if began is None else began)
        doing = "measuring and writing the trained network"
        counted_from = started if job.clock is None or began is None else began
        hand_over(training.finish(counted_from, by_clock), emit)
    except Exception as error:
        failure = failure_of(error, doing)
        if failure.reason == "out-of-memory":
            failure = TrainingFailed(failure.reason, f"{failure.detail} {memory_text(compute)}.")
        raise failure from error
    finally:
        training.feed.close()


@dataclass(slots=True)
class Training:
    """All the parts of a training."""

    job: Job
    images: Images
    group: Group
    compute: Compute
    stop: Stop
    network: nn.Module
    # The network as it is called in a step: compiled, and joined with the other processes.
    called: nn.Module
    optimiser: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    average: Average | None
    feed: Feed
    progress: Progress
    curve: list[Event]
    epochs_brought: int
    points_brought: int
    fingerprint: str

    def started_event(self) -> Event:
        event = {
            "event": "started",
            "version": 1,
            "key": self.job.key,
            "device": self.compute.device.type,
            "deviceName": self.compute.name,
            "processes": self.group.size,
            "threads": torch.get_num_threads(),
            "precision": self.compute.precision,
            "torch": torch.__version__,
            "python": platform.python_version(),
            "parameterCount": parameter_count(self.network),
        }
        if self.epochs_brought > 0:
            event["resumedFromEpoch"] = self.epochs_brought
        return event

    def keep(self, loss_sum: Tensor, seconds: float) -> None:
        """Writes the checkpoint, if the job has one."""
        self.progress.loss_sum = float(loss_sum)
        self.progress.seconds = seconds
        if self.job.checkpoint is None or not self.group.leads:
            return
        state = Checkpoint(
            progress=self.progress,
            curve=self.curve,
            network=self.network.state_dict(),
            optimiser=self.optimiser.state_dict(),
            scaler=self.scaler.state_dict(),
            average=None if self.average is None else self.average.weights(),
        )
        checkpoints.write_checkpoint(self.job.checkpoint, state, self.fingerprint)

    def cancelled(self) -> TrainingFailed:
        where = f"after {self.progress.epoch} epochs and {self.progress.step} steps"
        kept = "; the checkpoint keeps them" if self.job.checkpoint is not None else ""
        return TrainingFailed("cancelled", f"stopped by {self.stop.signal_name or 'a signal'} {where}{kept}")

    def check_stop(self) -> None:
        """While measuring: only a training alone may stop there, since several must agree."""
        if self.group.size == 1 and self.stop.signal_name is not None:
            raise self.cancelled()

    def measure_validation(self) -> Measured | None:
        part = self.images.validation
        if len(part) == 0:
            return None
        with self.compute.autocast():
            return measure(self.network, self.feed, part, group=self.group, check=self.check_stop)

    def finish(self, started: float, by_clock: ByClock | None) -> Finish:
        return Finish(
            job=self.job,
            images=self.images,
            group=self.group,
            compute=self.compute,
            network=self.network,
            average=self.average,
            feed=self.feed,
            curve=self.curve,
            epochs_run=self.progress.epoch - self.epochs_brought if by_clock is None else by_clock.epochs_run,
            points_brought=self.points_brought,
            by_clock=by_clock,
            started=started,
            check=self.check_stop,
        )


def _prepare(job: Job, images: Images, *, stop: Stop, group: Group, compute: Compute) -> Training:
    network = load_network(job.model, shape=images.shape, class_count=images.class_count, seed=job.seed)
    fingerprint = checkpoints.fingerprint_of(job, images.fingerprint)
    begun = _find_checkpoint(job, fingerprint)
    if begun is not None:
        network.load_state_dict(begun.network)
    layout = torch.channels_last if job.channels_last else torch.contiguous_format
    network.to(compute.device, memory_format=layout)  # type: ignore[call-overload]
    train_mode(network, job.model)
    optimiser = make_optimiser(network, job.recipe)
    scaler = torch.amp.GradScaler(compute.device.type, enabled=compute.precision == "float16")
    decay = job.recipe.average_decay
    average = None if decay is None else Average(network, decay)
    if begun is not None:
        optimiser.load_state_dict(begun.optimiser)
        if begun.scaler:
            scaler.load_state_dict(begun.scaler)
        if average is not None and begun.average is not None:
            average.restore(begun.average)
    progress = Progress(seed=job.seed) if begun is None else begun.progress
    called = network
    if group.size > 1:
        devices = [compute.device] if compute.is_cuda else None
        called = DistributedDataParallel(network, device_ids=devices, static_graph=True)
    if job.compile:
        called = torch.compile(called)  # type: ignore[assignment]
    return Training(
        job=job,
        images=images,
        group=group,
        compute=compute,
        stop=stop,
        network=network,
        called=called,
        optimiser=optimiser,
        scaler=scaler,
        average=average,
        feed=Feed(
            images,
            job.recipe,
            normalisation_of(job.data.mean01, job.data.sd01, compute.device, layout),
            seed=progress.seed,
            group=group,
            device=compute.device,
        ),
        progress=progress,
        curve=[] if begun is None else begun.curve,
        epochs_brought=progress.epoch,
        points_brought=0 if begun is None else len(begun.curve),
        fingerprint=fingerprint,
    )


def _find_checkpoint(job: Job, fingerprint: str) -> Checkpoint | None:
    """The job's own, else the one of a shorter training, whose seed is kept."""
    if job.checkpoint is not None and job.checkpoint.exists():
        return checkpoints.read_checkpoint(job.checkpoint, fingerprint)
    if job.continue_from is None:
        return None
    begun = checkpoints.read_checkpoint(job.continue_from, None)
    if job.clock is not None:
        # The next order of images begins, whatever was left of the last one.
        begun.progress.epoch += 1 if begun.progress.step > 0 else 0
        begun.progress.step, begun.progress.loss_sum, begun.progress.fallen01 = 0, 0.0, 0.0
        begun.progress.seconds = 0.0
        return begun
    if begun.progress.step != 0 or begun.progress.epoch > job.epochs:
        found = f"{begun.progress.epoch} epochs and {begun.progress.step} steps"
        raise TrainingFailed("bad-job", f"continueFrom holds {found}; allowed are whole epochs up to {job.epochs}.")
    begun.progress.seconds = 0.0
    return begun


def _run_epochs(training: Training, emit: Emit) -> None:
    job, progress, feed = training.job, training.progress, training.feed
    schedule = make_schedule(job.recipe, epochs=job.epochs, steps_per_epoch=feed.step_count)
    class_count = training.images.class_count
    watch = Watch(
        job,
        progress,
        class_count=class_count,
        stop=training.stop,
        group=training.group,
        compute=training.compute,
    )
    while progress.epoch < job.epochs:
        began, first_step = time.monotonic(), progress.step
        loss_sum = torch.tensor(progress.loss_sum, dtype=torch.float64, device=training.compute.device)
        rate = 0.0
        stopping = False
        for batch in feed.epoch(progress.epoch, first_step):
            rate = schedule.rate_at(progress.epoch * feed.step_count + batch.step)
            loss = make_step(training, batch, rate, progress.epoch * feed.step_count + batch.step + 1)
            loss_sum += loss
            progress.step = batch.step + 1
            stopping = watch.after_step(loss)
            if stopping:
                break
        if stopping or watch.look():
            training.keep(loss_sum, watch.seconds())
            raise training.cancelled()
        trained = time.monotonic()
        try:
            measured = training.measure_validation()
        except TrainingFailed as failure:
            if failure.reason == "cancelled":
                training.keep(loss_sum, watch.seconds())
            raise
        images_seen = (feed.step_count - first_step) * job.recipe.batch_size
        point: Event = {
            "event": "epoch",
            "epoch": progress.epoch + 1,
            "trainLoss": float(training.group.sum(loss_sum)) / training.group.size / feed.step_count,
            "learningRate": rate or schedule.rate_at((progress.epoch + 1) * feed.step_count - 1),
            "imagesPerSecond": images_seen / (trained - began),
            "milliseconds": 1000 * (time.monotonic() - began),
        }
        if measured is not None:
            point |= {"validationLoss": measured.loss, "validationAccuracy01": measured.accuracy01}
        training.curve.append(point)
        progress.epoch += 1
        progress.step = 0
        training.keep(torch.zeros(()), watch.seconds())
        # After the writing: an epoch that was shown is not lost.
        emit(point)
