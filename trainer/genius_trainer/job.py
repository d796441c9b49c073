"""The job: `job.json` of a job folder, checked by its schema and then a frozen dataclass.

The schema's source is src/evaluators/torch/job.ts; what the fields mean is said there. Paths are absolute here.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .failures import TrainingFailed
from .schema_check import mismatch


@dataclass(frozen=True, slots=True)
class Optimiser:
    kind: Literal["sgd", "adamw"]
    weight_decay: float
    momentum: float = 0.0
    nesterov: bool = False
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8


@dataclass(frozen=True, slots=True)
class RandAugment:
    count: int
    level: int


@dataclass(frozen=True, slots=True)
class Augmentation:
    crop_padding: int = 0
    flip: bool = False
    warp: float = 0.0
    colour_jitter: float = 0.0
    trivial_augment: bool = False
    cutout_size: int = 0
    mixup_alpha: float = 0.0
    resized_crop_area01: float = 1.0
    rand_augment: RandAugment | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    batch_size: int
    optimiser: Optimiser
    learning_rate: float
    label_smoothing: float
    augmentation: Augmentation
    clip_norm: float | None = None
    warmup_epochs: float | None = None
    average_decay: float | None = None


@dataclass(frozen=True, slots=True)
class InitialWeights:
    file: Path
    classifier: Literal["kept", "fresh"]


@dataclass(frozen=True, slots=True)
class Model:
    file: Path
    class_name: str
    trainable: Literal["all", "classifier"]
    initial_weights: InitialWeights | None = None


@dataclass(frozen=True, slots=True)
class Data:
    folder: Path
    split: Path
    mean01: tuple[float, ...]
    sd01: tuple[float, ...]
    classes: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A training by the clock: a slice of a search, or the final training."""

    phase: Literal["slice", "final"]
    seconds: float


@dataclass(frozen=True, slots=True)
class Job:
    key: str
    model: Model
    data: Data
    recipe: Recipe
    # 0 by the clock.
    epochs: int
    seed: int
    device: Literal["auto", "cpu", "cuda"]
    processes: int
    precision: Literal["auto", "float32", "bfloat16", "float16"]
    compile: bool
    channels_last: bool
    measure_test: bool
    files_in_events: bool
    threads: int | None = None
    checkpoint: Path | None = None
    continue_from: Path | None = None
    output_folder: Path | None = None
    time_limit_seconds: float | None = None
    memory_limit_mb: float | None = None
    clock: Clock | None = None


def read_job(folder: Path) -> Job:
    """Reads `folder`/job.json. Raises TrainingFailed `bad-job` that says where, what was found and what is allowed."""
    value = read_json(folder / "job.json")
    wrong = mismatch("job", value)
    if wrong is not None:
        raise TrainingFailed("bad-job", f"{folder / 'job.json'}: {wrong}.")
    if ("epochs" in value) == ("clock" in value):
        raise TrainingFailed("bad-job", f"{folder / 'job.json'}: one of epochs and clock is needed, and not both.")
    if "clock" in value and value["processes"] > 1:
        raise TrainingFailed("bad-job", f"{folder / 'job.json'}: by the clock one process trains, not several.")
    return job_from(value, folder.resolve())


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise TrainingFailed("bad-job", f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise TrainingFailed("bad-job", f"{path} is not JSON: {error}.") from error


def job_from(value: dict[str, Any], folder: Path) -> Job:
    """The job of a value that fits the schema, with paths from `folder` on."""

    def path(text: str | None) -> Path | None:
        return None if text is None else folder / text

    model, data, recipe = value["model"], value["data"], value["recipe"]
    initial = model.get("initialWeights")
    return Job(
        key=value["key"],
        model=Model(
            file=folder / model["file"],
            class_name=model["className"],
            trainable=model["trainable"],
            initial_weights=None
            if initial is None
            else InitialWeights(file=folder / initial["file"], classifier=initial["classifier"]),
        ),
        data=Data(
            folder=folder / data["folder"],
            split=folder / data["split"],
            mean01=tuple(data["normalisation"]["mean01"]),
            sd01=tuple(data["normalisation"]["sd01"]),
            classes=tuple(data["classes"]) if "classes" in data else None,
        ),
        recipe=_recipe(recipe),
        epochs=value.get("epochs", 0),
        clock=Clock(**value["clock"]) if "clock" in value else None,
        seed=value["seed"],
        device=value["device"],
        processes=value["processes"],
        precision=value["precision"],
        compile=value["compile"],
        channels_last=value["channelsLast"],
        measure_test=value["measureTest"],
        files_in_events=value["filesInEvents"],
        threads=value.get("threads"),
        checkpoint=path(value.get("checkpoint")),
        continue_from=path(value.get("continueFrom")),
        output_folder=path(value.get("outputFolder")),
        time_limit_seconds=value.get("timeLimitSeconds"),
        memory_limit_mb=value.get("memoryLimitMb"),
    )


def _recipe(value: dict[str, Any]) -> Recipe:
    optimiser, augmentation = value["optimiser"], value["augmentation"]
    rand_augment = augmentation.get("randAugment")
    area01 = augmentation.get("resizedCropArea01", 1.0)
    return Recipe(
        batch_size=value["batchSize"],
        optimiser=Optimiser(
            kind=optimiser["kind"],
            weight_decay=optimiser["weightDecay"],
            momentum=optimiser.get("momentum", 0.0),
            nesterov=optimiser.get("nesterov", False),
            beta1=optimiser.get("beta1", 0.9),
            beta2=optimiser.get("beta2", 0.999),
            epsilon=optimiser.get("epsilon", 1e-8),
        ),
        learning_rate=value["learningRate"],
        label_smoothing=value["labelSmoothing"],
        augmentation=Augmentation(
            crop_padding=augmentation["cropPadding"],
            flip=augmentation["flip"],
            warp=augmentation["warp"],
            colour_jitter=augmentation["colourJitter"],
            trivial_augment=augmentation["trivialAugment"],
            cutout_size=augmentation["cutoutSize"],
            mixup_alpha=augmentation["mixupAlpha"],
            resized_crop_area01=area01,
            rand_augment=None if rand_augment is None else RandAugment(**rand_augment),
        ),
        clip_norm=value.get("clipNorm"),
        warmup_epochs=value.get("warmupEpochs"),
        average_decay=value.get("averageDecay"),
    )
