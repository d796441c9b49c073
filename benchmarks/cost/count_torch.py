"""The peers of the cost benchmark: ptflops and fvcore counting NAS-Bench-Macro networks.

Reads designs (eight digits a line) from standard input and writes one JSON object: for each tool that is installed,
its seconds and the MACs and parameters it found. Building the PyTorch module is part of the time, as decoding is of ours.
"""

import json
import logging
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
logging.disable(logging.WARNING)


def norm_conv(inputs, outputs, kernel, stride=1, groups=1, active=True):
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)]
    return layers + [nn.ReLU()] if active else layers


class Residual(nn.Module):
    """Expansion, depthwise convolution, projection; the input is added where the shape allows."""

    def __init__(self, inputs, outputs, stride, expansion, kernel):
        super().__init__()
        hidden = inputs * expansion
        self.added = stride == 1 and inputs == outputs
        self.path = nn.Sequential(
            *norm_conv(inputs, hidden, 1),
            *norm_conv(hidden, hidden, kernel, stride, hidden),
            *norm_conv(hidden, outputs, 1, active=False),
        )

    def forward(self, x):
        return x + self.path(x) if self.added else self.path(x)


def network(digits):
    layers, channels = norm_conv(3, 32, 3), 32
    for index, digit in enumerate(digits):
        stride = 2 if index in (0, 2, 5) else 1
        outputs = channels * stride
        if digit != "0":
            expansion, kernel = (3, 3) if digit == "1" else (6, 5)
            layers.append(Residual(channels, outputs, stride, expansion, kernel))
        elif stride == 2:
            layers += norm_conv(channels, outputs, 1, 2, active=False)
        channels = outputs
    layers += norm_conv(channels, 1280, 1) + [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 10)]
    return nn.Sequential(*layers).eval()


def with_ptflops(digits):
    from ptflops import get_model_complexity_info

    macs, params = get_model_complexity_info(
        network(digits), (3, 32, 32), as_strings=False, print_per_layer_stat=False, verbose=False
    )
    return int(macs), int(params)


def with_fvcore(digits):
    from fvcore.nn import FlopCountAnalysis

    model = network(digits)
    analysis = FlopCountAnalysis(model, torch.zeros(1, 3, 32, 32))
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    return int(analysis.total()), sum(p.numel() for p in model.parameters())


def main():
    designs = sys.stdin.read().split()
    report = {"torch": torch.__version__}
    for name, count in [("ptflops", with_ptflops), ("fvcore", with_fvcore)]:
        try:
            count(designs[0])
        except ImportError:
            continue
        start = time.perf_counter()
        found = [count(digits) for digits in designs]
        report[name] = {"seconds": time.perf_counter() - start, "found": found}
    json.dump(report, sys.stdout)


main()
