"""Colour operations on batches: float [N, C, H, W] of whole values 0..255 in and out, C = 1 or 3, on any device.

Definitions are those of src/tasks/image-classification/augment/colour.ts: Pillow's ImageEnhance and ImageOps,
luminance ITU-R 601. A strength is a tensor [N], one for each image.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def _round(images: Tensor) -> Tensor:
    return images.round().clamp(0, 255)


def _each(strength: Tensor) -> Tensor:
    return strength.view(-1, 1, 1, 1)


def grey_of(images: Tensor) -> Tensor:
    """Luminance [N, 1, H, W]."""
    if images.shape[1] == 1:
        return images
    weights = images.new_tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
    return (images * weights).sum(1, keepdim=True).round()


def brightness(images: Tensor, factor: Tensor) -> Tensor:
    """0 is black, 1 the image."""
    return _round(images * _each(factor))


def contrast(images: Tensor, factor: Tensor) -> Tensor:
    """Distance to the mean luminance: 0 is grey, 1 the image."""
    mean = grey_of(images).mean((1, 2, 3), keepdim=True).add(0.5).floor()
    return _round(mean + (images - mean) * _each(factor))


def saturation(images: Tensor, factor: Tensor) -> Tensor:
    """Distance to each pixel's grey: 0 is without colour, 1 the image."""
    grey = grey_of(images)
    return _round(grey + (images - grey) * _each(factor))


def sharpness(images: Tensor, factor: Tensor) -> Tensor:
    """Blends with a 3×3 smoothed image (centre 5 of 13): 0 is smooth, 2 sharp. The border stays."""
    channels = images.shape[1]
    kernel = images.new_ones(3, 3)
    kernel[1, 1] = 5
    smooth = F.conv2d(images, kernel.expand(channels, 1, 3, 3) / 13, groups=channels).add(0.5).floor()
    inner = images[:, :, 1:-1, 1:-1]
    out = images.clone()
    out[:, :, 1:-1, 1:-1] = _round(smooth + (inner - smooth) * _each(factor))
    return out


def posterize(images: Tensor, bits: Tensor) -> Tensor:
    """Keeps the highest `bits` bits, 0..8."""
    step = _each(2.0 ** (8 - bits))
    return (images / step).floor() * step


def solarize(images: Tensor, threshold: Tensor) -> Tensor:
    """Inverts values of at least `threshold`."""
    return torch.where(images >= _each(threshold), 255 - images, images)


def auto_contrast(images: Tensor) -> Tensor:
    """Stretches each channel to the full range."""
    low = images.amin((2, 3), keepdim=True)
    high = images.amax((2, 3), keepdim=True)
    stretched = _round((images - low) * 255 / (high - low).clamp(min=1))
    return torch.where(high > low, stretched, images)


def equalize(images: Tensor) -> Tensor:
    """Makes each channel's histogram as even as it can be."""
    count, channels, height, width = images.shape
    values = images.long().view(count * channels, height * width)
    histogram = values.new_zeros(count * channels, 256)
    histogram.scatter_add_(1, values, torch.ones_like(values))
    highest = values.amax(1, keepdim=True)
    step = (height * width - histogram.gather(1, highest)) // 255
    below = histogram.cumsum(1) - histogram
    table = (below + step // 2) // step.clamp(min=1)
    evened = table.gather(1, values).clamp(max=255)
    return torch.where(step > 0, evened, values).to(images.dtype).view_as(images)
