"""What a wrong job is told, and how a right one is read."""

import json
from pathlib import Path
from typing import Any

import pytest

from genius_trainer.failures import TrainingFailed
from genius_trainer.job import read_job

from .support import make_job

SGD = {"kind": "sgd", "momentum": 0.9, "nesterov": True, "weightDecay": 0}


def refusal(folder: Path) -> str:
    with pytest.raises(TrainingFailed) as failed:
        read_job(folder)
    assert failed.value.reason == "bad-job"
    return failed.value.detail.removeprefix(f"{folder / 'job.json'}")


def test_a_job_is_read_with_its_paths_made_absolute(tmp_path: Path) -> None:
    make_job(tmp_path, augmentation={"randAugment": {"count": 2, "level": 9}}, continueFrom="/a/b.pt")
    job = read_job(tmp_path)
    assert job.checkpoint == tmp_path / "checkpoint.pt"
    assert job.continue_from == Path("/a/b.pt")
    assert job.data.split == tmp_path / "split.json"
    assert job.recipe.optimiser.nesterov and job.recipe.optimiser.weight_decay == 5e-4
    assert job.recipe.augmentation.rand_augment is not None and job.recipe.augmentation.rand_augment.level == 9
    assert job.recipe.average_decay is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"epochs": 0}, ": epochs is 0; allowed is at least 1."),
        ({"version": 2}, ": version is 2; allowed is 1."),
        ({"device": "tpu"}, ': device is "tpu"; allowed is one of auto, cpu, cuda.'),
        ({"key": "../x"}, ': key is "../x"; allowed is what matches ^[A-Za-z0-9_-]{1,100}$.'),
        ({"epoch": 3}, ": epoch is not known; known here are channelsLast, checkpoint,"),
        ({"recipe": {"batchSize": "32"}}, ': recipe.batchSize is "32"; allowed is of type integer.'),
        (
            {"recipe": {"optimiser": {"kind": "x"}}},
            ': recipe.optimiser.kind is "x"; allowed is one of sgd, adamw.',
        ),
        ({"recipe": {"optimiser": SGD | {"momentum": 2}}}, ": recipe.optimiser.momentum is 2; allowed is at most 1."),
        ({"recipe": {"optimiser": {"kind": "sgd"}}}, ": recipe.optimiser.momentum is missing."),
        ({"timeLimitSeconds": 0}, ": timeLimitSeconds is 0; allowed is above 0."),
    ],
)
def test_a_wrong_field_is_named_with_what_it_is_and_what_it_may_be(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    make_job(tmp_path, **changes)
    assert refusal(tmp_path).startswith(words)


def test_a_missing_field_or_file_and_torn_json_are_named(tmp_path: Path) -> None:
    assert "cannot be read: No such file or directory" in refusal(tmp_path)
    job = make_job(tmp_path)
    del job["seed"]
    (tmp_path / "job.json").write_text(json.dumps(job))
    assert refusal(tmp_path) == ": seed is missing."
    (tmp_path / "job.json").write_text(json.dumps(job)[:-5])
    assert "is not JSON" in refusal(tmp_path)
