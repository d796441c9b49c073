"""A supernet on PyTorch, for GPUs: the graph and the methods of src/features/weight-sharing, which trains in process.

    python -m genius_trainer.supernet JOBFOLDER

reads JOBFOLDER/supernet.json (schema/supernet-job.json: nodes, decisions, plan, images), prints events
(schema/supernet-event.json), and leaves JOBFOLDER/result.json (schema/supernet-result.json: probabilities of all
options) and JOBFOLDER/supernet.safetensors (the shared weights, by GENIUS's names).

A path that is drawn is computed alone, which saves most of GDAS's and one-shot's time. The gradients are those of the
training in process; but options that were not drawn stay as they are for that step, where in process momentum and
weight decay still move them and the statistics of their norms still follow. Dropout and drop-path are left out.
"""

import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from .events import Emit, Event, take_standard_output
from .network import initialise
from .schema_check import mismatch
from .seeds import generator_of

Node = dict[str, Any]
Segments = list[tuple[int, int]]

# Regularisers that this training does without.
LEFT_OUT = ("dropout", "drop-path")


class Supernet(nn.Module):
    """The graph of a supernet. `forward(images [N, C, H, W], shares [S])` gives logits [N, classes].

    What each node is stands in the job, as Python: `module` makes its layer, `forward` applies it to its inputs. Only
    the input, mixtures and what is left out have their rules here.
    """

    def __init__(self, nodes: list[Node], classes: list[str]) -> None:
        super().__init__()
        self.nodes = nodes
        self.layers = nn.ModuleDict()
        names: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "Tensor": Tensor}
        for source in classes:
            exec(source, names)
        self.rules: dict[int, Callable[..., Tensor]] = {}
        for index, node in enumerate(nodes):
            if "forward" not in node or node["kind"] in LEFT_OUT:
                continue
            operands = ", ".join(f"x{place}" for place in range(len(node["inputs"])))
            self.rules[index] = eval(f"lambda module, {operands}: {node['forward']}", names)
            if "module" not in node:
                continue
            layer: nn.Module = eval(node["module"], names)
            # A norm that could rescale an option would take the shares' work away.
            layer.requires_grad_(not node.get("frozen", False))
            self.layers[f"n{index}"] = layer

    def forward(self, images: Tensor, shares: Tensor) -> Tensor:
        values: dict[str, Tensor] = {}
        needed = self._needed(shares.detach().tolist())
        for index, node in enumerate(self.nodes):
            if node["id"] not in needed:
                continue
            if node["kind"] == "input":
                values[node["id"]] = images
                continue
            if node["kind"] == "mixture":
                first = node["firstShare"]
                parts = [
                    shares[first + place] * values[source]
                    for place, source in enumerate(node["inputs"])
                    if source in values and shares[first + place] != 0
                ]
                values[node["id"]] = torch.stack(parts).sum(0)
                continue
            inputs = [values[source] for source in node["inputs"]]
            values[node["id"]] = self._computed(index, inputs)
        return values[self.nodes[-1]["id"]]

    def _computed(self, index: int, inputs: list[Tensor]) -> Tensor:
        rule = self.rules.get(index)
        if rule is None:
            return inputs[0]
        name = f"n{index}"
        return rule(self.layers[name] if name in self.layers else None, *inputs)  # noqa: SIM401 – a ModuleDict has no get

    def _needed(self, shares: list[float]) -> set[str]:
        """Nodes that the output depends on, when options without a share are left out."""
        needed = {self.nodes[-1]["id"]}
        for node in reversed(self.nodes):
            if node["id"] not in needed:
                continue
            first = node.get("firstShare")
            for place, source in enumerate(node["inputs"]):
                if first is None or shares[first + place] != 0:
                    needed.add(source)
        return needed

    def genius_weights(self) -> dict[str, Tensor]:
        """All weights by the names that the in-process engine uses."""
        names = {"running_mean": "runningMean", "running_var": "runningVariance"}
        weights: dict[str, Tensor] = {}
        for key, tensor in self.layers.state_dict().items():
            layer, part = key.split(".")
            if part == "num_batches_tracked":
                continue
            weights[f"{self.nodes[int(layer[1:])]['id']}.{names.get(part, part)}"] = tensor.contiguous().cpu()
        return weights


def softmax(parameters: Tensor, segments: Segments, temperature: float = 1) -> Tensor:
    """Softmax over the options of each decision."""
    return torch.cat([F.softmax(parameters[first : first + count] / temperature, 0) for first, count in segments])


def one_hot(values: Tensor, segments: Segments) -> Tensor:
    """1 at the largest of each decision's options."""
    result = torch.zeros_like(values)
    for first, count in segments:
        result[first + int(values[first : first + count].argmax())] = 1
    return result


def draw_shares(method: str, parameters: Tensor, segments: Segments, draw: Generator, temperature: float) -> Tensor:
    """The shares of one step, which carry the gradient to the parameters where the method has one."""
    if method.startswith("darts"):
        return softmax(parameters, segments)
    noise = torch.rand(len(parameters), generator=draw).clamp_min(1e-9).to(parameters.device)
    if method == "one-shot":
        return one_hot(noise, segments)
    noisy = parameters - noise.log().neg().log()
    soft = softmax(noisy, segments, temperature)
    hard = one_hot(noisy.detach(), segments)
    # Exact zeros where nothing was drawn, so that those options are not computed.
    return torch.where(hard > 0, hard - soft.detach() + soft, hard)


def second_order(
    network: Supernet,
    train: tuple[Tensor, Tensor],
    other: tuple[Tensor, Tensor],
    shares: Callable[[], Tensor],
    parameters: Tensor,
    rate: float,
) -> tuple[Tensor, Tensor]:
    """DARTS's gradient through one step of the weights, and the loss. Leaves weights and statistics as they were."""
    weights: list[Tensor] = [weight for weight in network.parameters() if weight.requires_grad]
    statistics = [buffer.clone() for buffer in network.buffers()]
    start = [weight.detach().clone() for weight in weights]

    def gradients(batch: tuple[Tensor, Tensor], of: list[Tensor]) -> tuple[list[Tensor], Tensor]:
        loss = F.cross_entropy(network(batch[0], shares()), batch[1])
        found = torch.autograd.grad(loss, of, allow_unused=True)
        pairs = zip(found, of, strict=True)
        return [torch.zeros_like(to) if g is None else g for g, to in pairs], loss.detach()

    @torch.no_grad()
    def move(directions: list[Tensor], factor: float) -> None:
        for weight, begin, direction in zip(weights, start, directions, strict=True):
            weight.copy_(begin + factor * direction)

    ahead, _ = gradients(train, weights)
    move(ahead, -rate)
    (own, *direction), loss = gradients(other, [parameters, *weights])
    epsilon = 0.01 / max(float(torch.sqrt(sum((part**2).sum() for part in direction) + torch.zeros(()))), 1e-12)
    move(direction, epsilon)
    (plus,), _ = gradients(train, [parameters])
    move(direction, -epsilon)
    (minus,), _ = gradients(train, [parameters])
    with torch.no_grad():
        for weight, begin in zip(weights, start, strict=True):
            weight.copy_(begin)
        for buffer, begin in zip(network.buffers(), statistics, strict=True):
            buffer.copy_(begin)
    return own - rate * (plus - minus) / (2 * epsilon), loss


@dataclass(frozen=True, slots=True)
class Half:
    """Images of one half of the data, uint8 [n, C, H, W] and int64 [n], on the device."""

    pixels: Tensor
    labels: Tensor
    mean: Tensor
    deviation: Tensor
    padding: int
    flip: bool

    def batches(self, size: int, draw: Generator) -> Iterator[tuple[Tensor, Tensor]]:
        """One epoch, shuffled, shifted and flipped; whole batches only."""
        order = torch.randperm(len(self.labels), generator=draw)
        for start in range(0, len(order) - size + 1, size):
            chosen = order[start : start + size].to(self.labels.device)
            images = (self.pixels[chosen].float() / 255 - self.mean) / self.deviation
            if self.padding > 0:
                padded = F.pad(images, [self.padding] * 4, mode="reflect")
                right, down = torch.randint(0, 2 * self.padding + 1, (2,), generator=draw).tolist()
                height, width = images.shape[2:]
                images = padded[:, :, down : down + height, right : right + width]
            if self.flip:
                mirrored = (torch.rand(size, generator=draw) < 0.5).to(images.device)
                images = torch.where(mirrored[:, None, None, None], images.flip(3), images)
            yield images, self.labels[chosen]


def open_halves(data: dict[str, Any], device: torch.device) -> tuple[Half, Half]:
    """The two halves that the job names, of a decoded data set of GENIUS's cache (see data.py)."""
    folder = Path(data["folder"])
    meta = json.loads((folder / "meta.json").read_text())
    pixels = np.memmap(folder / "pixels.bin", np.uint8, "r").reshape(-1, *meta["shape"])
    labels = np.fromfile(folder / "labels.bin", "<u2").astype(np.int64)

    def half(records: list[int]) -> Half:
        return Half(
            pixels=torch.from_numpy(pixels[records]).to(device),
            labels=torch.from_numpy(labels[records]).to(device),
            mean=torch.tensor(data["mean01"], device=device).view(1, -1, 1, 1),
            deviation=torch.tensor(data["sd01"], device=device).view(1, -1, 1, 1),
            padding=int(data["cropPadding"]),
            flip=bool(data["flip"]),
        )

    return half(data["train"]), half(data["validation"])


class Diverged(Exception):
    """A loss that is not finite."""


def train(job: dict[str, Any], emit: Emit) -> tuple[Supernet, Tensor]:
    """Trains a supernet to the end of its plan; gives it with the probabilities of all options."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    plan = job["plan"]
    segments: Segments = [(decision["first"], decision["count"]) for decision in job["decisions"]]
    seed, method, epochs = int(plan["seed"]), str(plan["method"]), int(plan["epochs"])
    network = Supernet(job["nodes"], job["classes"])
    initialise(network, seed)
    network.to(device).train()
    draw = generator_of(seed, "architecture")
    parameters = (1e-3 * torch.randn(sum(count for _, count in segments), generator=draw)).to(device)
    parameters.requires_grad_(True)
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    peak = float(plan["learningRate"])
    decay = float(plan["weightDecay"])
    optimiser = torch.optim.SGD(
        [
            {"params": [weight for weight in weights if weight.dim() > 1], "weight_decay": decay},
            {"params": [weight for weight in weights if weight.dim() == 1], "weight_decay": 0},
        ],
        lr=peak,
        momentum=0.9,
    )
    architecture = torch.optim.Adam(
        [parameters], lr=float(plan["architectureRate"]), betas=(0.5, 0.999), weight_decay=1e-3
    )
    first, second = open_halves(job["data"], device)
    size = int(plan["batchSize"])
    steps = min(len(first.labels), len(second.labels)) // size
    for epoch in range(epochs):
        draw = generator_of(seed, "epoch", epoch)
        sums = [0.0, 0.0]
        pairs = zip(range(steps), first.batches(size, draw), second.batches(size, draw), strict=False)
        for step, batch, other in pairs:
            progress = (epoch * steps + step) / (epochs * steps)
            rate = peak / 25 + (peak - peak / 25) * (1 + math.cos(math.pi * progress)) / 2
            temperature = 10 + (0.1 - 10) * progress

            def shares(temperature: float = temperature, draw: Generator = draw) -> Tensor:
                return draw_shares(method, parameters, segments, draw, temperature)

            if method == "darts-2":
                gradient, loss = second_order(network, batch, other, shares, parameters, rate)
                parameters.grad = gradient
                sums[1] += float(loss)
                architecture.step()
            elif method != "one-shot":
                architecture.zero_grad()
                loss = F.cross_entropy(network(other[0], shares()), other[1])
                (parameters.grad,) = torch.autograd.grad(loss, [parameters])
                sums[1] += float(loss.detach())
                architecture.step()
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.zero_grad()
            loss = F.cross_entropy(network(batch[0], shares().detach()), batch[1])
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(weights, 5)
            optimiser.step()
            sums[0] += float(loss.detach())
        probabilities = softmax(parameters.detach(), segments).tolist()
        if not all(map(math.isfinite, sums)):
            raise Diverged(f"the loss of epoch {epoch + 1} is not finite")
        point: Event = {
            "event": "epoch",
            "epoch": epoch + 1,
            "trainLoss": sums[0] / steps,
            "probabilities": probabilities,
        }
        if method != "one-shot":
            point["validationLoss"] = sums[1] / steps
        emit(point)
    return network, softmax(parameters.detach(), segments)


def main(arguments: list[str], emit: Emit | None = None) -> int:
    """The command; events go to standard output unless `emit` takes them.

    Exit codes: 0 finished, 1 failed (the last event says why), 2 wrong use.
    """
    if len(arguments) != 1:
        print("Usage: python -m genius_trainer.supernet JOBFOLDER", file=sys.stderr)
        return 2
    emit = emit or take_standard_output()
    folder = Path(arguments[0])
    job = json.loads((folder / "supernet.json").read_text())
    wrong = mismatch("supernet-job", job)
    if wrong is not None:
        emit({"event": "failed", "reason": "bad-job", "detail": f"supernet.json: {wrong}"})
        return 1
    try:
        network, probabilities = train(job, emit)
    except Diverged as diverged:
        emit({"event": "failed", "reason": "diverged", "detail": str(diverged)})
        return 1
    save_file(network.genius_weights(), folder / "supernet.safetensors")
    # Last: its presence says that the weights are whole.
    (folder / "result.json").write_text(json.dumps({"version": 1, "probabilities": probabilities.tolist()}))
    emit({"event": "finished"})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
