"""The supernet on PyTorch: a path is computed alone, the second order is the gradient through a step, GDAS draws by
probability, and a whole run learns and leaves its files."""

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn import functional as F

from genius_trainer.network import initialise
from genius_trainer.schema_check import mismatch
from genius_trainer.seeds import generator_of
from genius_trainer.supernet import Node, Supernet, draw_shares, main, second_order, softmax

POOL = "nn.AvgPool2d(kernel_size=3, stride=1, padding=1, count_include_pad=False)"
SEGMENTS = [(0, 4)]


CLASSES = [
    """class Nothing(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)
"""
]


def nodes() -> list[Node]:
    """A stem, one decision between zero, identity, pooling and a convolution, and a head."""

    def node(name: str, source: str, module: str, **more: Any) -> Node:
        return {"id": name, "inputs": [source], "kind": "any", "module": module, "forward": "module(x0)", **more}

    return [
        {"id": "input", "inputs": [], "kind": "input"},
        node("stem", "input", "nn.Conv2d(2, 4, kernel_size=3, padding=1, bias=False)"),
        node("norm", "stem", "nn.BatchNorm2d(4)"),
        node("zero@0", "norm", "Nothing()"),
        node("pool@2", "norm", POOL),
        node("conv@3", "norm", "nn.Conv2d(4, 4, kernel_size=3, padding=1, bias=False)"),
        node("norm@3", "conv@3", "nn.BatchNorm2d(4)", frozen=True),
        {"id": "mixture", "inputs": ["zero@0", "norm", "pool@2", "norm@3"], "kind": "mixture", "firstShare": 0},
        node("act", "mixture", "nn.SiLU()"),
        {"id": "half", "inputs": ["act"], "kind": "scale", "forward": "x0 * 0.5"},
        node("left out", "half", "nn.Dropout(0.9)", kind="dropout"),
        {"id": "twice", "inputs": ["left out", "half"], "kind": "add", "forward": "x0 + x1"},
        node("pooled", "twice", "nn.AdaptiveAvgPool2d(1)"),
        node("flat", "pooled", "nn.Flatten()"),
        node("head", "flat", "nn.Linear(4, 3)"),
    ]


def network() -> Supernet:
    made = Supernet(nodes(), CLASSES)
    initialise(made, 1)
    return made.double().train()


def batch(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    draw = generator_of(seed, "batch")
    return torch.randn(6, 2, 6, 6, generator=draw, dtype=torch.float64), torch.randint(0, 3, (6,), generator=draw)


def test_a_path_is_computed_alone() -> None:
    made = network()
    images, _ = batch(1)
    path = torch.tensor([0.0, 0.0, 1.0, 0.0], dtype=torch.float64)
    pooled = made(images, path)
    assert int(made.state_dict()["layers.n6.num_batches_tracked"]) == 0
    with torch.no_grad():
        for parameter in made.layers["n5"].parameters():
            parameter.fill_(torch.nan)
    assert torch.equal(made(images, path), pooled)
    assert made(images, softmax(torch.zeros(4, dtype=torch.float64), SEGMENTS)).isnan().all()


def test_the_second_order_is_the_gradient_through_a_step() -> None:
    made = network()
    with torch.no_grad():  # a head that is sure of itself, so that gradients are large
        made.state_dict()["layers.n14.weight"].mul_(30)
    train, other = batch(1), batch(2)
    parameters = torch.randn(4, generator=generator_of("parameters"), dtype=torch.float64).requires_grad_()
    rate = 0.3
    before = {name: value.clone() for name, value in made.state_dict().items()}
    gradient, _ = second_order(made, train, other, lambda: softmax(parameters, SEGMENTS), parameters, rate)
    for name, value in made.state_dict().items():
        assert torch.equal(value, before[name]), name

    def ahead(changed: torch.Tensor) -> float:
        made.load_state_dict(before)
        weights = [weight for weight in made.parameters() if weight.requires_grad]
        loss = F.cross_entropy(made(train[0], softmax(changed, SEGMENTS)), train[1])
        with torch.no_grad():
            for weight, descent in zip(weights, torch.autograd.grad(loss, weights), strict=True):
                weight.sub_(rate * descent)
            return float(F.cross_entropy(made(other[0], softmax(changed, SEGMENTS)), other[1]))

    for place in range(4):
        step = torch.zeros(4, dtype=torch.float64)
        step[place] = 1e-4
        slope = (ahead(parameters.detach() + step) - ahead(parameters.detach() - step)) / 2e-4
        assert float(gradient[place]) == pytest.approx(slope, abs=2e-4, rel=0.02)
    assert float(gradient.abs().max()) > 1e-3


def test_gdas_draws_by_probability_and_carries_a_gradient() -> None:
    parameters = torch.tensor([0.0, 1.0, 2.0, -1.0], requires_grad=True)
    draw = generator_of("gdas")
    drawn = torch.stack([draw_shares("gdas", parameters, SEGMENTS, draw, 1) for _ in range(3000)])
    assert torch.allclose(drawn.detach().mean(0), softmax(parameters.detach(), SEGMENTS), atol=0.04)
    drawn[0].sum().backward()  # type: ignore[no-untyped-call]
    assert parameters.grad is not None and float(parameters.grad.abs().max()) > 0


@pytest.mark.parametrize("method", ["darts-1", "darts-2", "gdas", "one-shot"])
def test_a_run_learns_and_leaves_its_files(tmp_path: Path, method: str) -> None:
    random = np.random.default_rng(3)
    labels = random.integers(0, 3, 96)
    pixels = random.integers(0, 80, (96, 2, 6, 6)) + 70 * labels[:, None, None, None] * np.array([1, 0])[:, None, None]
    pixels.astype(np.uint8).tofile(tmp_path / "pixels.bin")
    labels.astype("<u2").tofile(tmp_path / "labels.bin")
    (tmp_path / "meta.json").write_text(json.dumps({"shape": [2, 6, 6]}))
    plan = {"method": method, "epochs": 8, "batchSize": 8, "learningRate": 0.1, "weightDecay": 3e-4, "seed": 1}
    data = {
        "folder": str(tmp_path),
        "train": list(range(48)),
        "validation": list(range(48, 96)),
        "mean01": [0.4, 0.15],
        "sd01": [0.25, 0.1],
        "cropPadding": 1,
        "flip": True,
    }
    job = {
        "version": 2,
        "nodes": nodes(),
        "classes": CLASSES,
        "decisions": [{"first": 0, "count": 4}],
        "plan": {**plan, "architectureRate": 0.05},
        "data": data,
    }
    (tmp_path / "supernet.json").write_text(json.dumps(job))
    events: list[dict[str, Any]] = []
    assert main([str(tmp_path)], events.append) == 0
    assert [mismatch("supernet-event", event) for event in events] == [None] * 9
    assert events[-1] == {"event": "finished"}
    points = events[:-1]
    assert [point["epoch"] for point in points] == list(range(1, 9))
    assert points[-1]["trainLoss"] < 0.8 * points[0]["trainLoss"]
    result = json.loads((tmp_path / "result.json").read_text())
    assert mismatch("supernet-result", result) is None
    probabilities = result["probabilities"]
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)
    if method == "one-shot":
        assert max(probabilities) < 0.26
    else:
        # Nothing can be learned through zeros.
        assert min(probabilities) == probabilities[0] < 0.22
    weights = load_file(tmp_path / "supernet.safetensors")
    assert list(weights["conv@3.weight"].shape) == [4, 4, 3, 3]
    assert "norm@3.runningVariance" in weights


def test_refuses_a_job_that_does_not_fit(tmp_path: Path) -> None:
    (tmp_path / "supernet.json").write_text(json.dumps({"version": 2, "nodes": []}))
    events: list[dict[str, Any]] = []
    assert main([str(tmp_path)], events.append) == 1
    assert [(event["event"], event["reason"]) for event in events] == [("failed", "bad-job")]
    assert "supernet.json" in events[0]["detail"]


def test_agrees_with_the_training_in_process() -> None:
    """The gradients by the architecture: torch-agreement.test.ts compares the other engine with the same file."""
    folder = Path(__file__).parents[2] / "src/features/weight-sharing/fixtures"
    script = runpy.run_path(str(folder / "supernet-gradients.py"))
    found = script["gradients"](json.loads((folder / "supernet-nodes.json").read_text()))
    for name, wanted in json.loads((folder / "supernet-gradients.json").read_text()).items():
        assert found[name] == pytest.approx(wanted, rel=1e-6, abs=1e-9), name
