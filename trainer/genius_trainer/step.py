"""One step of the optimiser, in whatever training it is made."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .feed import Batch
from .seeds import seed_of

if TYPE_CHECKING:
    from .train import Training


def make_step(training: "Training", batch: Batch, rate: float, number: int) -> Tensor:
    """The loss before the step, still on the device. `number` counts steps from 1 over the whole training."""
    recipe, optimiser, scaler = training.job.recipe, training.optimiser, training.scaler
    progress = training.progress
    # Dropout and its like: what they draw depends on the step and the process alone.
    torch.manual_seed(seed_of(progress.seed, "step", progress.epoch, batch.step, training.group.rank))
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad(set_to_none=True)
    with training.compute.autocast():
        scores = training.called(batch.images)
        loss = F.cross_entropy(scores, batch.targets, label_smoothing=recipe.label_smoothing)
    torch.autograd.backward(scaler.scale(loss))
    if recipe.clip_norm is not None:
        scaler.unscale_(optimiser)
        nn.utils.clip_grad_norm_(training.network.parameters(), recipe.clip_norm)
    scaler.step(optimiser)
    scaler.update()
    if training.average is not None:
        training.average.update(number)
    return loss.detach()
