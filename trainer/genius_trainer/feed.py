"""The batches of an epoch: which records, in which order, brought to the device and augmented there.

Pixels that fit beside the network stay on a graphics processor for the whole training; larger data sets are read ahead
by a thread into pinned memory and copied while the device computes. Batch k of an epoch depends on nothing but the
plan, the epoch and k.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from .augment import Normalisation, augment, mix, normalise
from .data import Images, Part
from .failures import TrainingFailed
from .group import Group
from .job import Recipe
from .seeds import generator_of

READ_AHEAD = 3
RESIDENT_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Batch:
    """`images` [N, C, H, W], normalised; `targets` int64 [N], or float [N, classes] where images are mixed."""

    step: int
    images: Tensor
    targets: Tensor


class Feed:
    """Batches of one process: of every batch of the training its equal share."""

    def __init__(
        self,
        images: Images,
        recipe: Recipe,
        normalisation: Normalisation,
        *,
        seed: int,
        group: Group,
        device: torch.device,
    ) -> None:
        if recipe.batch_size > len(images.train):
            size = f"recipe.batchSize is {recipe.batch_size}"
            raise TrainingFailed("bad-job", f"{size}; allowed is at most {len(images.train)}, the training images.")
        if recipe.batch_size % group.size != 0:
            size = f"recipe.batchSize is {recipe.batch_size}"
            raise TrainingFailed("bad-job", f"{size}; allowed is a multiple of the {group.size} processes.")
        limits = {"cropPadding": (recipe.augmentation.crop_padding, min(images.shape[1:]) - 1)}
        for name, (value, most) in limits.items():
            if value > most:
                detail = f"recipe.augmentation.{name} is {value}; allowed is at most {most} for {images.shape_text}"
                raise TrainingFailed("bad-job", f"{detail}.")
        self._images = images
        self._recipe = recipe
        self._normalisation = normalisation
        self._seed = seed
        self._group = group
        self._device = device
        self._resident = _resident(images.pixels, device)
        self._reader = ThreadPoolExecutor(1) if self._resident is None else None
        self.step_count = len(images.train) // recipe.batch_size

    def epoch(self, epoch: int, first_step: int = 0) -> Iterator[Batch]:
        """The batches of an epoch, counted from 0, from `first_step` on. A last batch that is not full is left out."""
        train, share = self._images.train, self._recipe.batch_size // self._group.size
        order = torch.randperm(len(train), generator=generator_of(self._seed, "order", epoch))

        def places(step: int) -> Tensor:
            start = step * self._recipe.batch_size + self._group.rank * share
            return order[start : start + share]

        for step, source, index, labels in self._read(train, places, first_step):
            draw = generator_of(self._seed, "augmentation", epoch, step, self._group.rank)
            plan = self._recipe.augmentation
            images = augment(source, index, plan, self._normalisation, draw)
            targets = labels
            if plan.mixup_alpha > 0:
                images, targets = mix(images, labels, self._images.class_count, plan.mixup_alpha, draw)
            yield Batch(step, images, targets)

    def measuring(self, part: Part, batch_size: int) -> Iterator[Batch]:
        """This process's share of a part, in order, normalised only; the last batch may be shorter."""
        own = torch.arange(self._group.rank, len(part), self._group.size)
        chunks = torch.split(own, batch_size) if len(own) > 0 else ()
        for step, source, index, labels in self._read(part, lambda step: chunks[step], 0, len(chunks)):
            yield Batch(step, normalise(source[index], self._normalisation), labels)

    def close(self) -> None:
        if self._reader is not None:
            self._reader.shutdown(cancel_futures=True)

    def _read(
        self, part: Part, places: Callable[[int], Tensor], first_step: int, step_count: int | None = None
    ) -> Iterator[tuple[int, Tensor, Tensor, Tensor]]:
        """(step, pixels, indices into them, labels), all on the device."""
        steps = range(first_step, self.step_count if step_count is None else step_count)
        if self._resident is not None:
            for step in steps:
                chosen = places(step)
                records, labels = part.records[chosen], part.labels[chosen]
                yield step, self._resident, self._send(records), self._send(labels)
            return
        assert self._reader is not None
        waiting: deque[tuple[int, Future[tuple[Tensor, Tensor]]]] = deque()
        coming = iter(steps)
        while True:
            for step in islice(coming, READ_AHEAD - len(waiting)):
                waiting.append((step, self._reader.submit(self._gather, part, places(step))))
            if not waiting:
                return
            step, future = waiting.popleft()
            pixels, labels = future.result()
            yield step, self._send(pixels), torch.arange(len(labels), device=self._device), self._send(labels)

    def _gather(self, part: Part, chosen: Tensor) -> tuple[Tensor, Tensor]:
        pixels = self._images.pixels.index_select(0, part.records[chosen])
        return pixels.pin_memory(), part.labels[chosen].pin_memory()

    def _send(self, values: Tensor) -> Tensor:
        return values.to(self._device, non_blocking=True)


def _resident(pixels: Tensor, device: torch.device) -> Tensor | None:
    """All pixels where the network is, if there is room; on the CPU that is the mapped file itself."""
    if device.type == "cpu":
        return pixels
    free, _ = torch.cuda.mem_get_info(device)
    return pixels.to(device) if pixels.nbytes < RESIDENT_SHARE * free else None
