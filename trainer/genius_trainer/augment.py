"""From stored pixels to a batch that trains: augmented, normalised and mixed, on the device that the pixels are on.

The operations and their order are those of src/tasks/image-classification/fill-batch.ts: crop and mirror, warp,
colours, normalise, cut out, mix. All draws come from one generator on the CPU.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from . import colour
from .job import Augmentation
from .policies import rand_augment, trivial_augment


@dataclass(frozen=True, slots=True)
class Normalisation:
    """(pixel / 255 − mean01) / sd01 as pixel · scale + shift, each [1, C, 1, 1], in the layout the network wants."""

    scale: Tensor
    shift: Tensor
    layout: torch.memory_format = torch.contiguous_format


def normalisation_of(
    mean01: tuple[float, ...],
    sd01: tuple[float, ...],
    device: torch.device,
    layout: torch.memory_format = torch.contiguous_format,
) -> Normalisation:
    mean = torch.tensor(mean01, dtype=torch.float64).view(1, -1, 1, 1)
    sd = torch.tensor(sd01, dtype=torch.float64).view(1, -1, 1, 1)
    scale, shift = 1 / (255 * sd), -mean / sd
    return Normalisation(scale.float().to(device), shift.float().to(device), layout)


def normalise(images: Tensor, normalisation: Normalisation) -> Tensor:
    values = images.to(torch.float32, memory_format=normalisation.layout)
    return torch.addcmul(normalisation.shift, values, normalisation.scale)


def augment(source: Tensor, index: Tensor, plan: Augmentation, normalisation: Normalisation, draw: Generator) -> Tensor:
    """Normalised float [N, C, H, W] of the images `index` [N] of `source`, uint8 [M, C, H, W]; not yet mixed."""
    images = crop_and_flip(source, index, plan, draw)
    if plan.warp > 0 or plan.resized_crop_area01 < 1:
        images = warp_smooth(images.float(), _affine(len(index), source.shape[2:], plan, draw)).round()
    if plan.colour_jitter > 0:
        images = images.float()
        for change in (colour.brightness, colour.contrast, colour.saturation):
            factor = 1 + plan.colour_jitter * (2 * torch.rand(len(index), generator=draw) - 1)
            images = change(images, factor.to(images.device, non_blocking=True))
    if plan.rand_augment is not None:
        chosen = plan.rand_augment
        images = rand_augment(images.float(), draw, operations=chosen.count, level=chosen.level)
    if plan.trivial_augment:
        images = trivial_augment(images.float(), draw)
    images = normalise(images, normalisation)
    if plan.cutout_size > 0:
        images = images * _kept(len(index), source.shape[2:], plan.cutout_size, draw).to(images.device)
    return images


def crop_and_flip(source: Tensor, index: Tensor, plan: Augmentation, draw: Generator) -> Tensor:
    """Shifted by up to cropPadding pixels, reflected at the border, and mirrored half of the time: one gather."""
    if plan.crop_padding == 0 and not plan.flip:
        return source[index]
    count = len(index)
    height, width = source.shape[2:]
    shift = torch.randint(-plan.crop_padding, plan.crop_padding + 1, (2, count, 1), generator=draw)
    columns = torch.arange(width).expand(count, width)
    if plan.flip:
        mirrored = torch.rand(count, 1, generator=draw) < 0.5
        columns = torch.where(mirrored, width - 1 - columns, columns)
    rows = _reflect(torch.arange(height) - shift[1], height).to(source.device, non_blocking=True)
    columns = _reflect(columns - shift[0], width).to(source.device, non_blocking=True)
    picked = source[index[:, None, None], :, rows[:, :, None], columns[:, None, :]]
    return picked.permute(0, 3, 1, 2)


def _reflect(index: Tensor, size: int) -> Tensor:
    """−1 → 1, size → size − 2: the border pixel is not repeated."""
    return (size - 1) - ((size - 1) - index.abs()).abs()


def _affine(count: int, size: torch.Size, plan: Augmentation, draw: Generator) -> Tensor:
    """[N, 2, 3]: from an output pixel, relative to the centre, to the input pixel that it shows."""
    height, width = size
    strength = plan.warp
    angle = math.radians(30) * strength * (2 * torch.rand(count, generator=draw) - 1)
    scale = 1 + 0.3 * strength * (2 * torch.rand(2, count, generator=draw) - 1)
    slant = 0.3 * strength * (2 * torch.rand(count, generator=draw) - 1)
    cosine, sine = angle.cos(), angle.sin()
    zero = torch.zeros(count)
    matrix = torch.stack(
        [
            torch.stack([cosine * scale[0], (cosine * slant - sine) * scale[1], zero], 1),
            torch.stack([sine * scale[0], (sine * slant + cosine) * scale[1], zero], 1),
        ],
        1,
    )
    if plan.resized_crop_area01 < 1:
        # A part of the area between 0.08 (say) and all of it, of an aspect from 3:4 to 4:3, scaled to the whole
        # (Szegedy et al., 2015).
        area = plan.resized_crop_area01 + (1 - plan.resized_crop_area01) * torch.rand(count, generator=draw)
        aspect = (math.log(4 / 3) * (2 * torch.rand(count, generator=draw) - 1)).exp()
        part_x = (area * aspect).sqrt().clamp(max=1)
        part_y = (area / aspect).sqrt().clamp(max=1)
        offset = torch.rand(2, count, generator=draw) - 0.5
        matrix = matrix * torch.stack([part_x, part_y, torch.ones(count)], 1)[:, None, :]
        matrix[:, 0, 2] += offset[0] * (1 - part_x) * width
        matrix[:, 1, 2] += offset[1] * (1 - part_y) * height
    return matrix


def warp_smooth(images: Tensor, matrices: Tensor) -> Tensor:
    """Each image seen through its matrix [2, 3] in pixels: bilinear, and the border's pixel beyond the border."""
    _, _, height, width = images.shape
    half = torch.tensor([(width - 1) / 2, (height - 1) / 2])
    theta = matrices.clone()
    theta[:, :, :2] *= half
    theta /= half[:, None]
    grid = F.affine_grid(theta.to(images.device), list(images.shape), align_corners=True)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=True)


def _kept(count: int, size: torch.Size, side: int, draw: Generator) -> Tensor:
    """[N, 1, H, W]: 0 in a square of `side` pixels around a pixel drawn anywhere, else 1 (DeVries & Taylor 2017)."""
    inside = []
    for length in size:
        start = torch.randint(length, (count, 1), generator=draw) - side // 2
        place = torch.arange(length)
        inside.append((place >= start) & (place < start + side))
    return 1.0 - (inside[0][:, :, None] & inside[1][:, None, :]).unsqueeze(1).float()


def mix(images: Tensor, labels: Tensor, class_count: int, alpha: float, draw: Generator) -> tuple[Tensor, Tensor]:
    """mixup (Zhang et al., ICLR 2018): images and one-hot targets [N, classes], each blended with another of the batch.

    One weight a batch, as in the authors' code.
    """
    gamma = torch._standard_gamma(torch.full((2,), alpha, dtype=torch.float64), generator=draw)
    total = float(gamma.sum())
    weight = float(gamma[0]) / total if total > 0 else 1.0
    partners = torch.randperm(len(images), generator=draw).to(images.device, non_blocking=True)
    targets = F.one_hot(labels, class_count).float()
    return (
        torch.lerp(images[partners], images, weight),
        torch.lerp(targets[partners], targets, weight),
    )
