"""Orders of a search for what runs its trainings as tasks, and who takes which.

They are lines of `orders.jsonl`, which src/evaluators/launchers/tasks/task-files.ts writes: `start` names the directory
of a task, `cancel` one that need not begin any more, and `end` a job that is to take no more. Each task is taken once,
by whoever is first.
"""

import json
import os
from pathlib import Path
from typing import Any


class Orders:
    """The lines of a file that grows. It is opened at each look, or a network file system shows nothing new."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0

    def read(self) -> list[dict[str, Any]]:
        with self.path.open("rb") as file:
            file.seek(self.offset)
            text = file.read()
        length = text.rfind(b"\n") + 1
        self.offset += length
        return [json.loads(line) for line in text[:length].splitlines() if line.strip()]


def take(directory: Path, key: str) -> bool:
    """Whether this job, and no other, is to run the task."""
    own = directory / f"taken-{key}"
    try:
        own.write_text(key)
        # Whole, or not at all.
        os.link(own, directory / "taken")
    except (FileExistsError, FileNotFoundError):
        return False
    finally:
        own.unlink(missing_ok=True)
    return True


def is_running(directory: Path, key: str) -> bool:
    """Whether this job has taken the task, and it has not ended."""
    try:
        return (directory / "taken").read_text() == key and '"ended"' not in states_of(directory)
    except FileNotFoundError:
        return False


def states_of(directory: Path) -> str:
    try:
        return (directory / "states.jsonl").read_text("utf-8")
    except FileNotFoundError:
        return ""
