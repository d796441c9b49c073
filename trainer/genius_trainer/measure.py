"""How good weights are on a part of the images."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from .data import Part
from .failures import TrainingFailed
from .feed import Feed
from .group import Group

LARGEST_BATCH = 512


@dataclass(frozen=True, slots=True)
class Measured:
    accuracy01: float
    # Mean cross-entropy, without label smoothing.
    loss: float


def measure(
    network: nn.Module,
    feed: Feed,
    part: Part,
    *,
    group: Group,
    check: Callable[[], None],
    weights: dict[str, Tensor] | None = None,
) -> Measured:
    """Over all of the part, in evaluation mode; with `weights` in place of the network's own, if given.

    Calls `check`, which may raise, before each batch.
    """
    if weights is None:
        group.spread(network.buffers())
    was_training = network.training
    network.eval()
    sums: Tensor | None = None
    with torch.inference_mode():
        for batch in feed.measuring(part, LARGEST_BATCH // group.size):
            check()
            scores = network(batch.images) if weights is None else functional_call(network, weights, (batch.images,))
            scores = scores.float()
            correct = (scores.argmax(1) == batch.targets).sum()
            loss = F.cross_entropy(scores, batch.targets, reduction="sum")
            both = torch.stack([correct.double(), loss.double()])
            sums = both if sums is None else sums + both
    network.train(was_training)
    if sums is None:
        sums = torch.zeros(2, dtype=torch.float64, device=next(network.parameters()).device)
    correct_sum, loss_sum = group.sum(sums).tolist()
    if not math.isfinite(loss_sum):
        raise TrainingFailed("diverged", f"the loss on {len(part)} held-out images became {loss_sum}")
    return Measured(accuracy01=correct_sum / len(part), loss=loss_sum / len(part))
