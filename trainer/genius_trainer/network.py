"""The network: the class in model.py, its first weights, and which of them are trained.

First weights are drawn as in the in-process engine (src/engine/initialise.ts): convolutions normal with deviation
√(2 / fan-out) (He et al. 2015), linear layers uniform in ±1/√in, biases and shifts 0, scales 1.
"""

import importlib.util
import inspect
import math
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from .failures import TrainingFailed
from .job import InitialWeights, Model
from .seeds import generator_of


def load_network(model: Model, *, shape: tuple[int, int, int], class_count: int, seed: int) -> nn.Module:
    """The network with its first weights, on the CPU. Raises TrainingFailed `bad-job` when it does not fit the data."""
    network = _build(model, class_count)
    initialise(network, seed)
    if model.initial_weights is not None:
        load_initial(network, model.initial_weights)
    _check_ends(network, model.file, shape, class_count)
    if model.trainable == "classifier":
        network.requires_grad_(False)
        classifier_of(network).requires_grad_(True)
    return network


def _build(model: Model, class_count: int) -> nn.Module:
    if not model.file.is_file():
        raise TrainingFailed("bad-job", f"model.file is {model.file}, which does not exist.")
    spec = importlib.util.spec_from_file_location("genius_model", model.file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        made_by = getattr(module, model.class_name, None)
        if not (isinstance(made_by, type) and issubclass(made_by, nn.Module)):
            raise TrainingFailed("bad-job", f"{model.file} has no nn.Module of the name {model.class_name}.")
        takes_count = "num_classes" in inspect.signature(made_by).parameters
        network: nn.Module = made_by(num_classes=class_count) if takes_count else made_by()
    except TrainingFailed:
        raise
    except Exception as error:
        raise TrainingFailed("bad-job", f"{model.file} cannot be loaded: {type(error).__name__}: {error}") from error
    return network


def initialise(network: nn.Module, seed: int) -> None:
    """Draws all weights again; each module's depend on the seed and its name only."""
    for name, module in network.named_modules():
        draw = generator_of(seed, "initialise", name)
        if isinstance(module, nn.Conv2d):
            fan_out = module.kernel_size[0] * module.kernel_size[1] * module.out_channels / module.groups
            nn.init.normal_(module.weight, 0, math.sqrt(2 / fan_out), generator=draw)
        elif isinstance(module, nn.Linear):
            bound = 1 / math.sqrt(module.in_features)
            nn.init.uniform_(module.weight, -bound, bound, generator=draw)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
            continue
        else:
            continue
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def classifier_of(network: nn.Module) -> nn.Module:
    """The last layer: the last linear or convolution in the order of definition."""
    layers = [module for module in network.modules() if isinstance(module, nn.Linear | nn.Conv2d)]
    if not layers:
        raise TrainingFailed("bad-job", "the network has no linear layer or convolution that could be its classifier.")
    return layers[-1]


def load_initial(network: nn.Module, initial: InitialWeights) -> None:
    """Weights from a file, all of them, or all but the classifier's."""
    path: Path = initial.file
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise TrainingFailed("bad-job", f"model.initialWeights.file {path} cannot be read: {error}") from error
    own = network.state_dict()
    skipped: set[str] = set()
    if initial.classifier == "fresh":
        last = classifier_of(network)
        prefix = next(name for name, module in network.named_modules() if module is last)
        skipped = {f"{prefix}.weight", f"{prefix}.bias"}
    wanted: dict[str, Tensor] = {}
    for name, tensor in own.items():
        if name in skipped or (name.endswith("num_batches_tracked") and name not in tensors):
            continue  # GENIUS itself does not count batches
        if name not in tensors:
            raise TrainingFailed("bad-job", f"{path} has no tensor {name}, which the network needs.")
        if tensors[name].shape != tensor.shape:
            got = f"{name} as {list(tensors[name].shape)}"
            advice = 'A classifier of other classes needs "classifier": "fresh".'
            raise TrainingFailed("bad-job", f"{path} has {got}; the network needs {list(tensor.shape)}. {advice}")
        wanted[name] = tensors[name]
    network.load_state_dict(wanted, strict=False)


def _check_ends(network: nn.Module, file: Path, shape: tuple[int, int, int], class_count: int) -> None:
    was_training = network.training
    network.eval()
    try:
        with torch.inference_mode():
            scores = network(torch.zeros(1, *shape))
    except RuntimeError as error:
        text = "×".join(map(str, shape))
        raise TrainingFailed("bad-job", f"{file} does not take images of {text}: {error}") from error
    network.train(was_training)
    if tuple(scores.shape) != (1, class_count):
        found = f"{file} gives scores of shape {list(scores.shape)}"
        raise TrainingFailed("bad-job", f"{found} for one image; the data need [1, {class_count}].")


def parameter_count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def train_mode(network: nn.Module, model: Model) -> None:
    """Training mode; where only the classifier learns, the rest keeps its running statistics and drops nothing."""
    network.train(model.trainable == "all")
