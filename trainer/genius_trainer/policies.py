"""TrivialAugment (Müller & Hutter, ICCV 2021, wide space) and RandAugment (Cubuk et al., 2020) on whole batches.

Each image of a batch gets its own operation: geometry is one gather for all images that drew any, and each colour
operation runs on the images that drew it. Draws are made on the CPU, so no device is waited for.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from . import colour

LEVELS = 31


@dataclass(frozen=True, slots=True)
class Ranges:
    """Strengths at the highest level; shifts in shares of the side, angles in degrees."""

    shear: float
    shift01: float
    shift_pixels: int
    degrees: float
    enhance: float
    lost_bits: int


# Differs from TrivialAugment's paper: a shift is at most the image's side (the paper's 32 pixels are CIFAR's side).
WIDE = Ranges(shear=0.99, shift01=1.0, shift_pixels=32, degrees=135, enhance=0.99, lost_bits=6)
STANDARD = Ranges(shear=0.3, shift01=150 / 331, shift_pixels=1 << 30, degrees=30, enhance=0.9, lost_bits=4)

GEOMETRY = ("shearX", "shearY", "translateX", "translateY", "rotate")
COLOUR: dict[str, Callable[[Tensor, Tensor, Tensor, Ranges], Tensor]] = {
    "brightness": lambda x, level, sign, r: colour.brightness(x, 1 + sign * level * r.enhance),
    "saturation": lambda x, level, sign, r: colour.saturation(x, 1 + sign * level * r.enhance),
    "contrast": lambda x, level, sign, r: colour.contrast(x, 1 + sign * level * r.enhance),
    "sharpness": lambda x, level, sign, r: colour.sharpness(x, 1 + sign * level * r.enhance),
    "posterize": lambda x, level, _, r: colour.posterize(x, 8 - (level * r.lost_bits).round()),
    "solarize": lambda x, level, *_: colour.solarize(x, 255 * (1 - level)),
    "autoContrast": lambda x, *_: colour.auto_contrast(x),
    "equalize": lambda x, *_: colour.equalize(x),
}
OPERATIONS = (*GEOMETRY, *COLOUR, "identity")


def trivial_augment(images: Tensor, draw: Generator) -> Tensor:
    """One operation at a random level on each image: float [N, C, H, W] of whole values 0..255."""
    count = len(images)
    operation = torch.randint(len(OPERATIONS), (count,), generator=draw)
    level01 = torch.randint(LEVELS, (count,), generator=draw) / (LEVELS - 1)
    return apply_operations(images, operation, level01, _signs(count, draw), WIDE)


def rand_augment(images: Tensor, draw: Generator, *, operations: int, level: int) -> Tensor:
    """`operations` drawn operations after each other at `level` of 30 on each image."""
    count = len(images)
    for _ in range(operations):
        operation = torch.randint(len(OPERATIONS), (count,), generator=draw)
        level01 = torch.full((count,), level / (LEVELS - 1))
        images = apply_operations(images, operation, level01, _signs(count, draw), STANDARD)
    return images


def _signs(count: int, draw: Generator) -> Tensor:
    return 1.0 - 2.0 * torch.randint(2, (count,), generator=draw)


def apply_operations(images: Tensor, operation: Tensor, level01: Tensor, sign: Tensor, ranges: Ranges) -> Tensor:
    """Applies OPERATIONS[operation[n]] to image n. The three tensors are on the CPU, [N]."""
    device = images.device
    out = images.clone()
    geometric = (operation < len(GEOMETRY)).nonzero().squeeze(1)
    if len(geometric) > 0:
        amount = level01[geometric] * sign[geometric]
        matrices = _matrices(operation[geometric], amount, images.shape[2:], ranges)
        at = geometric.to(device, non_blocking=True)
        out[at] = warp_nearest(images[at], matrices.to(device, non_blocking=True))
    for number, name in enumerate(COLOUR, len(GEOMETRY)):
        chosen = (operation == number).nonzero().squeeze(1)
        if len(chosen) > 0:
            at = chosen.to(device, non_blocking=True)
            strength = (level01[chosen].to(device), sign[chosen].to(device))
            out[at] = COLOUR[name](images[at], *strength, ranges)
    return out


def _matrices(operation: Tensor, amount: Tensor, size: torch.Size, ranges: Ranges) -> Tensor:
    """[N, 2, 3]: from an output pixel (x, y), relative to the centre, to the input pixel that it shows."""

    def only(name: str, value: Tensor) -> Tensor:
        return torch.where(operation == GEOMETRY.index(name), value, 0)

    def shift(side: int) -> Tensor:
        return (amount * min(ranges.shift_pixels, ranges.shift01 * side) + 0.5).floor()

    height, width = size
    angle = only("rotate", amount * math.radians(ranges.degrees))
    along_x = [angle.cos(), angle.sin() + only("shearX", amount * ranges.shear), only("translateX", shift(width))]
    along_y = [only("shearY", amount * ranges.shear) - angle.sin(), angle.cos(), only("translateY", shift(height))]
    return torch.stack([torch.stack(along_x, 1), torch.stack(along_y, 1)], 1)


def warp_nearest(images: Tensor, matrices: Tensor) -> Tensor:
    """Each image [C, H, W] seen through its matrix [2, 3]: the nearest pixel, black where there is none."""
    count, channels, height, width = images.shape
    x = torch.arange(width, device=images.device) - (width - 1) / 2
    y = torch.arange(height, device=images.device) - (height - 1) / 2
    m = matrices.view(count, 6, 1, 1).unbind(1)
    from_x = (m[0] * x + m[1] * y[:, None] + m[2] + (width - 1) / 2 + 0.5).floor().long()
    from_y = (m[3] * x + m[4] * y[:, None] + m[5] + (height - 1) / 2 + 0.5).floor().long()
    inside = (from_x >= 0) & (from_x < width) & (from_y >= 0) & (from_y < height)
    index = from_y.clamp(0, height - 1) * width + from_x.clamp(0, width - 1)
    flat = index.view(count, 1, height * width).expand(-1, channels, -1)
    seen = images.flatten(2).gather(2, flat).view_as(images)
    return seen * inside.unsqueeze(1)
