"""The one Ray job of a search: each of its trainings is a Ray task, placed by Ray's scheduler.

    python -m genius_trainer.ray_job FOLDER KEY PYTHON

It takes orders from FOLDER (orders.py). PYTHON is what trains. The job ends when there was nothing to do for a while;
the next order starts another one.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from . import task as tasks
from .orders import Orders, states_of, take
from .task import run_task, write_state

IDLE_SECONDS = 120.0
LOOK_SECONDS = 0.1


def main() -> None:
    import ray  # type: ignore[import-not-found]

    folder, key, python = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    ray.init(log_to_driver=False)
    # By value: a worker whose task brings packages of its own does not have this one.
    ray.cloudpickle.register_pickle_by_value(tasks)
    # A worker stays for the next training, also one that had a GPU. Who is lost is asked for again by the study, under
    # another key, once nothing of the old one can write into its folder.
    remote = ray.remote(max_retries=0, max_calls=0)(run_task)
    warm = Path(__file__).with_name("warm.py").read_text("utf-8")
    orders = Orders(folder / "orders.jsonl")
    pending: dict[Any, Path] = {}
    busy_at = time.monotonic()
    while time.monotonic() - busy_at < IDLE_SECONDS:
        for order in orders.read():
            busy_at = time.monotonic()
            if "start" in order and take(Path(order["start"]), key):
                directory = Path(order["start"])
                task = json.loads((directory / "task.json").read_text("utf-8"))
                pending[remote.options(**options_of(task)).remote(task, warm, python)] = directory
            if "cancel" in order:
                cancel(ray, pending, Path(order["cancel"]))
        if not pending:
            time.sleep(LOOK_SECONDS)
            continue
        busy_at = time.monotonic()
        done, _ = ray.wait(list(pending), num_returns=1, timeout=LOOK_SECONDS)
        for ref in done:
            settle(ray, ref, pending.pop(ref))


def cancel(ray: Any, pending: dict[Any, Path], directory: Path) -> None:
    """Takes back a task that waits for a place; one that has begun looks for itself."""
    ref = next((ref for ref, other in pending.items() if other == directory), None)
    if ref is not None and states_of(directory) == "":
        ray.cancel(ref)


def options_of(task: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {"num_cpus": task["cpus"], "num_gpus": task["gpus"], "name": task["key"]}
    if "memoryBytes" in task:
        options["memory"] = task["memoryBytes"]
    if "packages" in task:
        options["runtime_env"] = {"working_dir": task["packages"]}
    return options


def settle(ray: Any, ref: Any, directory: Path) -> None:
    """Writes how a task ended that could not do so itself."""
    try:
        ray.get(ref)
    except Exception as error:
        if '"ended"' not in states_of(directory):
            write_state(directory, kind="ended", **end_of(ray.exceptions, error))


def end_of(known: Any, error: Exception) -> dict[str, Any]:
    """What Ray's error says of a task, by the module of Ray's exceptions."""
    if isinstance(error, known.TaskCancelledError):
        return {"how": "stopped", "detail": "stopped before it began"}
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    detail = " ".join(lines)[:600]
    if isinstance(error, known.OutOfMemoryError):
        return {"how": "out-of-memory", "detail": detail}
    if isinstance(error, known.NodeDiedError):
        return {"how": "lost", "detail": "its node died", "nodeDied": True}
    if isinstance(error, (known.WorkerCrashedError, known.LocalRayletDiedError)):
        return {"how": "lost", "detail": "the worker of Ray's that ran it died"}
    if isinstance(error, known.RayTaskError):
        detail = lines[-1][:600]
    return {"how": "failed", "detail": detail}


if __name__ == "__main__":
    main()
