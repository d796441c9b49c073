"""Small networks of PyTorch, torchvision and timm as .onnx files, with the inputs and outputs of onnxruntime beside them.

python benchmarks/import/make-models.py FOLDER [--libraries] [--tiny]

Weights and running statistics are random, so that a wrong fold or order shows. Files of the `onnx` package and of timm and
torchvision are made where these packages are installed. For each model NAME.onnx there are NAME.images and NAME.scores, raw
32-bit floats of three images (one where the batch is written into the file).
"""

import argparse
import io
import json
import os
import sys
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings("ignore")


class Residual(nn.Module):
    def __init__(self, a, b, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(a, b, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(b)
        self.conv2 = nn.Conv2d(b, b, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(b)
        same = a == b and stride == 1
        self.short = nn.Identity() if same else nn.Sequential(nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.short(x))


def resnet8():
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        Residual(16, 16), Residual(16, 32, 2), Residual(32, 64, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )


class PadShortcut(nn.Module):
    """ResNet's option A: every second pixel, and channels of zeros."""

    def __init__(self, a, b, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(),
            nn.Conv2d(b, b, 3, 1, 1, bias=False), nn.BatchNorm2d(b),
        )
        self.more, self.stride = (b - a) // 2, stride

    def forward(self, x):
        y = x[:, :, :: self.stride, :: self.stride]
        y = F.pad(y, (0, 0, 0, 0, self.more, self.more))
        return F.relu(self.body(x) + y)


class Shuffle(nn.Module):
    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.branch = nn.Sequential(
            nn.Conv2d(half, half, 1, bias=False), nn.BatchNorm2d(half), nn.ReLU(),
            nn.Conv2d(half, half, 3, 1, 1, groups=half, bias=False), nn.BatchNorm2d(half),
            nn.Conv2d(half, half, 1, bias=False), nn.BatchNorm2d(half), nn.ReLU(),
        )

    def forward(self, x):
        a, b = x.chunk(2, dim=1)
        y = torch.cat((a, self.branch(b)), dim=1)
        n, c, h, w = y.shape
        return y.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


class SqueezeExcite(nn.Module):
    def __init__(self, c, gate):
        super().__init__()
        self.a, self.b, self.gate = nn.Linear(c, c // 4), nn.Linear(c // 4, c), gate

    def forward(self, x):
        y = self.gate(self.b(F.relu(self.a(x.mean((2, 3))))))
        return x * y[:, :, None, None]


def mobile(act, gate, width=8):
    def block(a, b, stride):
        hidden = 3 * a
        return nn.Sequential(
            nn.Conv2d(a, hidden, 1, bias=False), nn.BatchNorm2d(hidden), act(),
            nn.Conv2d(hidden, hidden, 5, stride, 2, groups=hidden, bias=False), nn.BatchNorm2d(hidden), act(),
            SqueezeExcite(hidden, gate()),
            nn.Conv2d(hidden, b, 1, bias=False), nn.BatchNorm2d(b),
        )

    return nn.Sequential(
        nn.Conv2d(3, 2 * width, 3, 2, 1, bias=False), nn.BatchNorm2d(2 * width), act(),
        block(2 * width, 3 * width, 2), block(3 * width, 3 * width, 1), block(3 * width, 5 * width, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(5 * width, 10),
    )


class SpelledHardSwish(nn.Module):
    def forward(self, x):
        return x * F.relu6(x + 3) / 6


class SpelledHardSigmoid(nn.Module):
    def forward(self, x):
        return F.relu6(x + 3) / 6


class NextBlock(nn.Module):
    """ConvNeXt's block, channels last inside."""

    def __init__(self, c):
        super().__init__()
        self.dw = nn.Conv2d(c, c, 7, 1, 3, groups=c)
        self.norm = nn.LayerNorm(c, eps=1e-6)
        self.a, self.b = nn.Linear(c, 4 * c), nn.Linear(4 * c, c)
        self.gamma = nn.Parameter(torch.rand(c))

    def forward(self, x):
        y = self.norm(self.dw(x).permute(0, 2, 3, 1))
        y = self.b(F.gelu(self.a(y))) * self.gamma
        return x + y.permute(0, 3, 1, 2)


class FirstNorm(nn.Module):
    """Layer norm over axis 1, as spelled in ConvNeXt's own code."""

    def __init__(self, c):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.rand(c)), nn.Parameter(torch.rand(c))

    def forward(self, x):
        mean = x.mean(1, keepdim=True)
        spread = (x - mean).pow(2).mean(1, keepdim=True)
        x = (x - mean) / torch.sqrt(spread + 1e-6)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


def convnext(c=24):
    return nn.Sequential(
        nn.Conv2d(3, c, 4, 4), FirstNorm(c), NextBlock(c), NextBlock(c),
        FirstNorm(c), nn.Conv2d(c, 2 * c, 2, 2), NextBlock(2 * c),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(2 * c, eps=1e-6), nn.Linear(2 * c, 10),
    )


class Normalised(nn.Module):
    """Normalises inside, and gives probabilities."""

    def __init__(self, body):
        super().__init__()
        self.body = body
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("sd", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))

    def forward(self, x):
        return F.softmax(self.body((x - self.mean) / self.sd), dim=1)


class Dense(nn.Module):
    def __init__(self, c, growth):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(c), nn.Conv2d(c, growth, 3, 1, 1, bias=False)

    def forward(self, x):
        return torch.cat([x, self.conv(F.relu(self.norm(x)))], 1)


def densenet():
    layers, c = [nn.Conv2d(3, 16, 3, 1, 1, bias=False)], 16
    for stage in range(3):
        for _ in range(3):
            layers.append(Dense(c, 12))
            c += 12
        if stage < 2:
            layers += [nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, c // 2, 1, bias=False), nn.AvgPool2d(2)]
            c //= 2
    return nn.Sequential(*layers, nn.BatchNorm2d(c), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, 10))


class Fire(nn.Module):
    def __init__(self, a, s, e):
        super().__init__()
        self.s, self.a, self.b = nn.Conv2d(a, s, 1), nn.Conv2d(s, e, 1), nn.Conv2d(s, e, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.s(x))
        return torch.cat([F.relu(self.a(x)), F.relu(self.b(x))], 1)


def squeezenet():
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True), Fire(32, 8, 32), Fire(64, 16, 32),
        nn.Dropout(), nn.Conv2d(64, 10, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
    )


class Inception(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.a, self.b = nn.Conv2d(a, 16, 1), nn.Sequential(nn.Conv2d(a, 16, (1, 3), padding=(0, 1)), nn.ReLU(), nn.Conv2d(16, 16, (3, 1), padding=(1, 0)))
        self.c = nn.Sequential(nn.AvgPool2d(3, 1, 1), nn.Conv2d(a, 8, 1))
        self.d = nn.MaxPool2d(3, 1, 1)

    def forward(self, x):
        return torch.cat([self.a(x), self.b(x), self.c(x), self.d(x)], 1)


def plain():
    return nn.Sequential(
        nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(256, 32), nn.ReLU(), nn.Linear(32, 10),
    )


class Uneven(nn.Module):
    """Padded by TensorFlow's rule: one row and one column behind."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 3, 2), nn.Conv2d(8, 8, 3, 2, groups=8)
        self.head = nn.Linear(8, 10)

    def forward(self, x):
        x = F.relu6(self.a(F.pad(x, (0, 1, 0, 1))))
        x = F.relu6(self.b(F.pad(x, (0, 1, 0, 1))))
        return self.head(x.mean((2, 3)))


def tiny_networks():
    """For the tests: a few kilobytes each."""
    return {
        "pad-shortcut": (nn.Sequential(nn.Conv2d(1, 4, 3, 1, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), PadShortcut(4, 8, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10)), (1, 12, 12)),
        "shuffle": (nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), Shuffle(8), Shuffle(8), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10)), (3, 12, 12)),
        "spelled": (Normalised(mobile(SpelledHardSwish, SpelledHardSigmoid, width=4)), (3, 16, 12)),
        "convnext": (convnext(4), (3, 16, 16)),
        "uneven": (Uneven(), (3, 12, 12)),
    }


def own_networks():
    return {
        "lenet": (plain(), (1, 28, 28)),
        "resnet8": (resnet8(), (3, 32, 32)),
        "resnet-pad-shortcut": (nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), PadShortcut(16, 32, 2), PadShortcut(32, 64, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)), (3, 32, 32)),
        "shuffle": (nn.Sequential(nn.Conv2d(3, 24, 3, 2, 1), nn.ReLU(), Shuffle(24), Shuffle(24), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(24, 10)), (3, 32, 32)),
        "mobile-hardswish": (mobile(nn.Hardswish, nn.Hardsigmoid), (3, 32, 32)),
        "mobile-spelled": (mobile(SpelledHardSwish, SpelledHardSigmoid), (3, 32, 32)),
        "mobile-silu": (mobile(nn.SiLU, nn.Sigmoid), (3, 48, 32)),
        "convnext": (convnext(), (3, 32, 32)),
        "normalised": (Normalised(resnet8()), (3, 32, 32)),
        "densenet": (densenet(), (3, 32, 32)),
        "squeezenet": (squeezenet(), (3, 35, 35)),
        "squeezenet, pooling rounded up": (squeezenet(), (3, 33, 33)),
        "inception": (nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1), nn.ReLU(), Inception(16), nn.ReLU(), Inception(56), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(96, 10)), (3, 32, 32)),
        "uneven-padding": (Uneven(), (3, 32, 32)),
    }


def library_networks():
    """Of torchvision and timm, in small sizes."""
    found = {}
    # Builds of torchvision for a GPU miss their operators beside a PyTorch for the processor; the networks need none.
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ["nms(Tensor a, Tensor b, float c) -> Tensor", "qnms(Tensor a, Tensor b, float c) -> Tensor"]:
        try:
            library.define(operator)
        except RuntimeError:
            pass
    try:
        import torchvision.models as vision

        for name in ["resnet18", "mobilenet_v2", "mobilenet_v3_small", "shufflenet_v2_x0_5", "squeezenet1_1", "mnasnet0_5", "efficientnet_b0", "regnet_y_400mf", "googlenet", "densenet121", "convnext_tiny", "vit_b_16"]:
            extra = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}
            found[f"torchvision {name}"] = (lambda name=name, extra=extra: getattr(vision, name)(weights=None, num_classes=10, **extra), (3, 224, 224))
    except ImportError as reason:
        print(f"torchvision: {reason}", file=sys.stderr)
    try:
        import timm

        for name in ["mobilenetv3_small_050", "mobilenetv3_large_100", "lcnet_050", "tinynet_e", "ghostnet_050", "efficientnet_lite0", "mobilenetv4_conv_small", "resnet10t", "convnext_atto", "repvgg_a0", "edgenext_xx_small", "regnetx_002", "hardcorenas_a", "fbnetc_100", "mobileone_s0", "test_resnet", "test_efficientnet", "test_convnext", "test_vit"]:
            found[f"timm {name}"] = (lambda name=name: timm.create_model(name, pretrained=False, num_classes=10), None)
    except ImportError as reason:
        print(f"timm: {reason}", file=sys.stderr)
    return found


def stir(model):
    """Weights and statistics that no mistake in a fold can hide behind."""
    torch.manual_seed(1)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.2)
            nn.init.normal_(module.running_mean, 0, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)


def keep(folder, name, path, shape, batch=3):
    """Images, and what onnxruntime says of them."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    [source] = session.get_inputs()
    random = np.random.default_rng(7)
    count = batch if not isinstance(source.shape[0], int) else source.shape[0]
    dims = [count, *shape]
    if isinstance(source.shape[-1], int) and source.shape[-1] == shape[0] and shape[0] <= 4 and source.shape[1] != shape[0]:
        images = random.standard_normal([count, shape[1], shape[2], shape[0]]).astype(np.float32)
    else:
        images = random.standard_normal(dims).astype(np.float32)
    kind = np.float16 if source.type == "tensor(float16)" else np.float32
    scores = session.run(None, {source.name: images.astype(kind)})[0].astype(np.float32)
    images.tofile(os.path.join(folder, f"{name}.images"))
    scores.tofile(os.path.join(folder, f"{name}.scores"))
    return {"shape": list(images.shape), "scores": list(scores.shape)}


def export(model, path, shape, **options):
    model.eval()
    with torch.no_grad():
        torch.onnx.export(
            model, (torch.zeros(1, *shape),), path, dynamo=False, input_names=["images"], output_names=["scores"],
            **{"opset_version": 17, "dynamic_axes": {"images": {0: "batch"}, "scores": {0: "batch"}}, **options},
        )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--libraries", action="store_true")
    parser.add_argument("--tiny", action="store_true", help="only the networks of the tests")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    os.makedirs(given.folder, exist_ok=True)
    index = {}

    def add(name, where, make, shape, options=None):
        if given.only not in name:
            return
        file = name.replace(" ", "-").replace("/", "-")
        path = os.path.join(given.folder, f"{file}.onnx")
        try:
            model = make()
            stir(model)
            own = shape or tuple(model.pretrained_cfg["input_size"])
            export(model, path, own, **(options or {}))
            index[file] = {"name": name, "from": where, **keep(given.folder, file, path, own)}
            print(f"{name}: {index[file]['scores']}", flush=True)
        except Exception as reason:  # a library's network that does not export is no fault of the import
            print(f"{name}: not made: {str(reason).splitlines()[0][:200]}", file=sys.stderr, flush=True)

    for name, (model, shape) in (tiny_networks() if given.tiny else own_networks()).items():
        add(name, "PyTorch", lambda model=model: model, shape, {"opset_version": 13} if given.tiny and name == "convnext" else None)
    if given.tiny:
        return
    add("resnet8, opset 11", "PyTorch", resnet8, (3, 32, 32), {"opset_version": 11})
    add("convnext, opset 13", "PyTorch", convnext, (3, 32, 32), {"opset_version": 13})
    add("mobile-hardswish, opset 9", "PyTorch", lambda: mobile(nn.Hardswish, nn.Sigmoid), (3, 32, 32), {"opset_version": 9})
    add("resnet8, batch of 4", "PyTorch", resnet8, (3, 32, 32), {"dynamic_axes": None})
    add("mobile-silu, norms unfolded", "PyTorch", lambda: mobile(nn.SiLU, nn.Sigmoid), (3, 48, 32), {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False})
    if given.libraries:
        for name, (make, shape) in library_networks().items():
            add(name, name.split(" ")[0], make, shape)
    light = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data", "light")
    for entry in sorted(os.listdir(light)) if os.path.isdir(light) and given.libraries else []:
        name = entry.removesuffix(".onnx")
        if not entry.endswith(".onnx") or "vgg" in entry or given.only not in name:
            continue
        path = os.path.join(given.folder, entry)
        onnx.save(onnx.load(os.path.join(light, entry)), path)
        try:
            index[name] = {"name": name, "from": "the onnx package", **keep(given.folder, name, path, (3, 224, 224))}
            print(f"{name}: {index[name]['scores']}", flush=True)
        except Exception as reason:
            print(f"{name}: not run: {str(reason).splitlines()[0][:200]}", file=sys.stderr, flush=True)
    with open(os.path.join(given.folder, "index.json"), "w") as file:
        json.dump(index, file, indent=1)


main()
