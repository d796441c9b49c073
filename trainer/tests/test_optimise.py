"""The learning rate, what decays, and the average, each against its formula."""

import math

import pytest
import torch
from torch import nn

from genius_trainer.job import Augmentation, Optimiser, Recipe
from genius_trainer.optimise import Average, make_optimiser, make_schedule

SGD = Optimiser("sgd", 5e-4, momentum=0.9, nesterov=True)


def recipe(optimiser: Optimiser = SGD, warmup_epochs: float | None = None) -> Recipe:
    return Recipe(32, optimiser, 0.1, 0.0, Augmentation(), warmup_epochs=warmup_epochs)


def test_the_rate_rises_for_a_tenth_and_falls_along_a_cosine() -> None:
    schedule = make_schedule(recipe(), epochs=2, steps_per_epoch=10)
    assert schedule.warmup_steps == 2
    assert schedule.rate_at(0) == pytest.approx(0.1 / 3)
    assert schedule.rate_at(1) == pytest.approx(0.2 / 3)
    assert schedule.rate_at(2) == pytest.approx(0.1)
    assert schedule.rate_at(11) == pytest.approx(0.05)
    assert schedule.rate_at(20) == pytest.approx(0)
    assert make_schedule(recipe(), epochs=100, steps_per_epoch=10).warmup_steps == 10
    assert make_schedule(recipe(warmup_epochs=5), epochs=100, steps_per_epoch=10).warmup_steps == 50
    assert make_schedule(recipe(warmup_epochs=0), epochs=2, steps_per_epoch=10).rate_at(0) == 0.1


@pytest.mark.parametrize("optimiser", [SGD, Optimiser("adamw", 0.1)])
def test_biases_and_norms_do_not_decay(optimiser: Optimiser) -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 2))
    nn.init.ones_(network[0].bias)  # type: ignore[arg-type]
    before = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    steps = make_optimiser(network, recipe(optimiser))
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    steps.step()
    for name, parameter in network.named_parameters():
        assert torch.equal(parameter, before[name]) == (parameter.ndim == 1), name


def test_frozen_weights_are_left_out() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Linear(8, 2))
    network[0].requires_grad_(False)
    groups = make_optimiser(network, recipe()).param_groups
    assert [len(group["params"]) for group in groups] == [1, 1]


def test_the_average_follows_its_formula_and_counts_statistics() -> None:
    network = nn.BatchNorm2d(1)
    average = Average(network, 0.5)
    expected = 0.0
    for step in (1, 2, 3, 50):
        value = float(step)
        with torch.no_grad():
            network.running_mean.fill_(value)  # type: ignore[union-attr]
        average.update(step)
        keep = min(0.5, step / (step + 9))
        expected = keep * expected + (1 - keep) * value
        assert math.isclose(float(average.weights()["running_mean"]), expected, rel_tol=1e-6)
    assert set(average.weights()) == {"weight", "bias", "running_mean", "running_var"}
