"""Augmentation against Pillow's known answers, and against plain definitions written out slowly here."""

import json
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from genius_trainer import colour
from genius_trainer.augment import augment, crop_and_flip, mix, normalisation_of, warp_smooth
from genius_trainer.job import Augmentation, RandAugment
from genius_trainer.policies import OPERATIONS, WIDE, Ranges, apply_operations, warp_nearest
from genius_trainer.seeds import generator_of

from .support import ROOT

PILLOW = json.loads((ROOT / "src/tasks/image-classification/fixtures/pillow.json").read_text())
CPU = torch.device("cpu")
SMALL = Ranges(shear=0, shift01=1, shift_pixels=32, degrees=180, enhance=0, lost_bits=0)


def pillow_image() -> Tensor:
    return torch.tensor(PILLOW["image"], dtype=torch.float32).view(1, *PILLOW["shape"])


@pytest.mark.parametrize("case", PILLOW["cases"], ids=lambda case: f"{case['name']} {case['strength']}")
def test_colours_are_pillows(case: dict[str, object]) -> None:
    strength = torch.tensor([float(str(case["strength"]))])
    operations: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "brightness": colour.brightness,
        "contrast": colour.contrast,
        "saturation": colour.saturation,
        "sharpness": colour.sharpness,
        "posterize": colour.posterize,
        "solarize": colour.solarize,
        "autoContrast": lambda images, _: colour.auto_contrast(images),
    }
    ours = operations[str(case["name"])](pillow_image(), strength).view(-1)
    # Pillow cuts fractions off where we round, so a step of one grey value is allowed.
    assert (ours - torch.tensor(case["pixels"])).abs().max() <= 1


def test_equalize_is_pillows() -> None:
    known = PILLOW["equalized"]
    images = torch.tensor(known["input"], dtype=torch.float32).view(1, 3, 20, 20)
    assert colour.equalize(images).view(-1).tolist() == known["pixels"]


def test_each_image_of_a_batch_is_treated_by_itself() -> None:
    draw = generator_of("images")
    images = torch.randint(20, 220, (len(OPERATIONS), 3, 24, 24), generator=draw).float()
    operation = torch.arange(len(OPERATIONS))
    level01, sign = 0.5 + torch.rand(len(OPERATIONS), generator=draw) / 2, torch.ones(len(OPERATIONS))
    together = apply_operations(images, operation, level01, sign, WIDE)
    for n, name in enumerate(OPERATIONS):
        one = slice(n, n + 1)
        alone = apply_operations(images[one], operation[one], level01[one], sign[one], WIDE)
        torch.testing.assert_close(together[one], alone, rtol=0, atol=0)
        assert 0 <= float(alone.min()) <= float(alone.max()) <= 255
        assert torch.equal(alone, alone.round()), name
        assert torch.equal(alone, images[one]) == (name == "identity"), name


def test_a_shift_moves_whole_pixels_and_fills_with_black() -> None:
    images = torch.arange(1.0, 10).view(1, 1, 3, 3)
    moved = warp_nearest(images, torch.tensor([[[1.0, 0, 1], [0, 1, 0]]]))
    assert moved[0, 0].tolist() == [[2, 3, 0], [5, 6, 0], [8, 9, 0]]
    names = torch.tensor([OPERATIONS.index(name) for name in ("translateX", "translateY", "rotate")])
    pictures = images.expand(3, 1, 3, 3)
    across, down, turned = apply_operations(pictures, names, torch.tensor([1 / 3, 1 / 3, 0.5]), -torch.ones(3), SMALL)
    assert across[0].tolist() == [[0, 1, 2], [0, 4, 5], [0, 7, 8]]
    assert down[0].tolist() == [[0, 0, 0], [1, 2, 3], [4, 5, 6]]
    assert turned[0].tolist() == torch.rot90(images[0, 0], 1).tolist()
    quarter_turn = warp_nearest(images, torch.tensor([[[0.0, 1, 0], [-1, 0, 0]]]))
    assert quarter_turn[0, 0].tolist() == torch.rot90(images[0, 0], -1).tolist()


def test_crops_are_those_of_a_reflected_border_and_half_are_mirrored() -> None:
    draw = generator_of("pixels")
    source = torch.randint(256, (40, 3, 6, 7), generator=draw).to(torch.uint8)
    index = torch.randperm(40, generator=draw)
    plan = Augmentation(crop_padding=2, flip=True)
    out = crop_and_flip(source, index, plan, generator_of("crop"))
    padded = np.pad(source[index].numpy(), ((0, 0), (0, 0), (2, 2), (2, 2)), "reflect")
    seen: set[tuple[int, int, bool]] = set()
    for n in range(40):
        places = [
            (top, left, flipped)
            for top in range(5)
            for left in range(5)
            for flipped in (False, True)
            if np.array_equal(
                padded[n, :, top : top + 6, left : left + 7][:, :, :: -1 if flipped else 1], out[n].numpy()
            )
        ]
        assert len(places) == 1
        seen.update(places)
    assert {top for top, _, _ in seen} == {left for _, left, _ in seen} == set(range(5))
    assert {flipped for _, _, flipped in seen} == {False, True}
    assert torch.equal(crop_and_flip(source, index, Augmentation(), draw), source[index])


def test_smooth_warping_shows_what_its_matrix_says() -> None:
    images = torch.rand(1, 1, 5, 7, generator=generator_of("warp"))
    same = warp_smooth(images, torch.tensor([[[1.0, 0, 0], [0, 1, 0]]]))
    torch.testing.assert_close(same, images)
    half_right = warp_smooth(images, torch.tensor([[[1.0, 0, 0.5], [0, 1, 0]]]))
    torch.testing.assert_close(half_right[..., :-1], (images[..., :-1] + images[..., 1:]) / 2)
    down = warp_smooth(images, torch.tensor([[[1.0, 0, 0], [0, 1, 1]]]))
    torch.testing.assert_close(down[..., :-1, :], images[..., 1:, :])
    torch.testing.assert_close(down[..., -1, :], images[..., -1, :])


@pytest.mark.parametrize(
    "plan",
    [
        Augmentation(warp=0.5, crop_padding=1),
        Augmentation(resized_crop_area01=0.2, flip=True),
        Augmentation(colour_jitter=0.4),
        Augmentation(trivial_augment=True),
        Augmentation(rand_augment=RandAugment(2, 9)),
        Augmentation(cutout_size=4),
    ],
)
def test_the_same_draws_give_the_same_batch_in_either_layout(plan: Augmentation) -> None:
    source = torch.randint(256, (9, 3, 8, 8), generator=generator_of("source")).to(torch.uint8)
    index = torch.arange(9)

    def batch(seed: int, layout: torch.memory_format) -> Tensor:
        normalisation = normalisation_of((0.5, 0.4, 0.3), (0.2, 0.2, 0.2), CPU, layout)
        return augment(source, index, plan, normalisation, generator_of(seed))

    first = batch(1, torch.contiguous_format)
    torch.testing.assert_close(batch(1, torch.channels_last), first, rtol=0, atol=0)
    assert batch(1, torch.channels_last).is_contiguous(memory_format=torch.channels_last)
    assert first.is_contiguous()
    assert not torch.equal(batch(2, torch.contiguous_format), first)
    plain = augment(source, index, Augmentation(), normalisation_of((0, 0, 0), (1, 1, 1), CPU), generator_of(1))
    torch.testing.assert_close(plain, source / 255)


def test_cutting_out_sets_one_square_to_the_mean() -> None:
    source = torch.full((2000, 1, 8, 8), 255, dtype=torch.uint8)
    plan = Augmentation(cutout_size=4)
    normalisation = normalisation_of((0.5,), (0.5,), CPU)
    holes = augment(source, torch.arange(2000), plan, normalisation, generator_of("holes")) == 0
    areas = holes.sum((1, 2, 3))
    assert int(areas.max()) == 16 and int(areas.min()) == 4  # whole inside, or a corner's quarter
    assert bool((holes.amax(2).sum(2) * holes.amax(3).sum(2) == areas[:, None]).all())


def test_mixing_blends_images_and_targets_alike() -> None:
    images = torch.eye(6).view(6, 1, 1, 6)
    weights = []
    for seed in range(40):
        mixed, targets = mix(images, torch.arange(6), 6, 0.4, generator_of("mix", seed))
        torch.testing.assert_close(mixed.view(6, 6), targets)
        torch.testing.assert_close(targets.sum(1), torch.ones(6))
        weights.append(float(targets[0].max()))
    assert max(weights) > 0.99 and min(weights) < 0.75
