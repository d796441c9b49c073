"""The optimiser and the learning rate: SGD with Nesterov momentum or AdamW, decay that skips biases and norms, and a
cosine with a linear rise, step for step as in process (src/engine/schedule.ts).
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .job import Recipe


def make_optimiser(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """Over what is trainable, in two groups: weights, which decay, and biases and norms, which do not."""
    chosen = recipe.optimiser
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": chosen.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    rate = recipe.learning_rate
    if chosen.kind == "sgd":
        return torch.optim.SGD(groups, rate, momentum=chosen.momentum, nesterov=chosen.nesterov, fused=True)
    return torch.optim.AdamW(groups, rate, (chosen.beta1, chosen.beta2), chosen.epsilon, fused=True)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Linear rise to `peak` in `warmup_steps`, then half a cosine that reaches 0 after `total_steps`."""

    peak: float
    warmup_steps: int
    total_steps: int

    def rate_at(self, step: int) -> float:
        """Of a step, counted from 0 over all epochs."""
        if step < self.warmup_steps:
            return self.peak * (step + 1) / (self.warmup_steps + 1)
        progress = (step - self.warmup_steps) / max(1, self.total_steps - self.warmup_steps)
        return self.peak / 2 * (1 + math.cos(math.pi * min(1.0, progress)))


def make_schedule(recipe: Recipe, *, epochs: int, steps_per_epoch: int) -> Schedule:
    """Without a warm-up in the recipe: one epoch, or a tenth of the training if that is shorter."""
    total = epochs * steps_per_epoch
    if recipe.warmup_epochs is None:
        warmup = min(steps_per_epoch, total // 10)
    else:
        warmup = min(total, round(recipe.warmup_epochs * steps_per_epoch))
    return Schedule(recipe.learning_rate, warmup, total)


class Average:
    """A moving average of the weights and running statistics of a network."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay = decay
        own = network.state_dict(keep_vars=True)
        self.names = [name for name, tensor in own.items() if tensor.is_floating_point()]
        self._sources = [own[name].detach() for name in self.names]
        self._means = [source.clone() for source in self._sources]

    def update(self, step: int) -> None:
        """After step `step`, counted from 1. The first steps weigh more, or it would remember the first weights."""
        keep = min(self._decay, step / (step + 9))
        torch._foreach_lerp_(self._means, self._sources, 1 - keep)

    def weights(self) -> dict[str, Tensor]:
        return dict(zip(self.names, self._means, strict=True))

    def restore(self, weights: dict[str, Tensor]) -> None:
        for name, mean in self.weights().items():
            mean.copy_(weights[name])
