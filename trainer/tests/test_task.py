"""Trainings as tasks, without a cluster: what a worker and its template do, and what errors of Ray are read as."""

import json
import os
import signal
import sys
import threading
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from genius_trainer import orders, ray_job
from genius_trainer.task import run_task, templates

from .support import TRAINER

WARM = (TRAINER / "genius_trainer" / "warm.py").read_text("utf-8")
PREAMBLE = """import os, signal, subprocess, sys, time
def leave(name, text=""):
    with open(name + ".part", "w") as file: file.write(text)
    os.replace(name + ".part", name)
def wait_for(name):
    while not os.path.exists(name): time.sleep(0.01)
"""


@pytest.fixture(autouse=True)
def in_trainer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a worker, whose folder is the package; its templates end with it."""
    monkeypatch.chdir(TRAINER)
    yield
    for template in list(templates().values()):
        template.stdin.close()
        template.wait()
    templates().clear()


def task_of(folder: Path, program: str, **changes: Any) -> dict[str, Any]:
    directory = folder / "launch-k"
    directory.mkdir(parents=True)
    (directory / "asked").write_text("")
    (folder / "program.py").write_text(PREAMBLE + program)
    return {
        "key": "k",
        "folder": str(folder),
        "directory": str(directory),
        "command": ["python", "program.py"],
        "cpus": 1,
        "gpus": 0,
        "graceSeconds": 20,
        **changes,
    }


def run(task: dict[str, Any]) -> None:
    run_task(task, WARM, sys.executable)


def begin(task: dict[str, Any]) -> threading.Thread:
    thread = threading.Thread(target=run, args=(task,))
    thread.start()
    return thread


def states_of(task: dict[str, Any]) -> list[dict[str, Any]]:
    lines = (Path(task["directory"]) / "states.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def left(path: Path) -> str:
    while not path.exists():
        time.sleep(0.01)
    return path.read_text()


def is_alive(process: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


def ask(task: dict[str, Any], word: str) -> None:
    with (Path(task["directory"]) / "asked").open("a") as file:
        file.write(word + "\n")


def test_runs_trainings_in_their_folders_one_after_the_other_from_one_process(tmp_path: Path) -> None:
    parents = []
    for name in ("it's $(a) folder", "b"):
        task = task_of(tmp_path / name, 'print("trained"); print("a word", file=sys.stderr); print(os.getppid())')
        run(task)
        assert states_of(task) == [
            {"kind": "running", "node": None},
            {"kind": "ended", "how": "finished", "detail": "exit code 0"},
        ]
        words, parent = (Path(task["directory"]) / "output.txt").read_text().split()
        assert words == "trained"
        parents.append(parent)
    assert parents[0] == parents[1]


def test_tells_an_exit_code_with_the_last_words(tmp_path: Path) -> None:
    task = task_of(tmp_path, 'print("no more", file=sys.stderr); sys.exit(3)')
    run(task)
    assert states_of(task)[-1] == {"kind": "ended", "how": "failed", "detail": "exit code 3: no more"}


def test_tells_a_program_that_is_not_there(tmp_path: Path) -> None:
    task = task_of(tmp_path, "", command=["no-such-program-anywhere"])
    run(task)
    detail = "exit code 127: no-such-program-anywhere cannot be run: No such file or directory"
    assert states_of(task)[-1] == {"kind": "ended", "how": "failed", "detail": detail}


def test_a_trainer_that_is_forked_reads_its_arguments(tmp_path: Path) -> None:
    task = task_of(tmp_path, "", command=["python", "-m", "genius_trainer", "one", "too many"])
    run(task)
    assert states_of(task)[-1]["detail"] == "exit code 2: Usage: python -m genius_trainer JOBFOLDER | --about"


def test_does_not_begin_what_was_stopped_before(tmp_path: Path) -> None:
    task = task_of(tmp_path, 'leave("begun")')
    ask(task, "stop")
    run(task)
    assert states_of(task) == [{"kind": "ended", "how": "stopped", "detail": "stopped before it began"}]
    assert not (tmp_path / "begun").exists()


def test_stops_a_training_which_has_the_time_for_a_checkpoint(tmp_path: Path) -> None:
    task = task_of(
        tmp_path,
        """def stop(*_):
    wait_for("go"); leave("checkpoint"); sys.exit(0)
signal.signal(signal.SIGTERM, stop); leave("ready"); wait_for("never")""",
    )
    thread = begin(task)
    left(tmp_path / "ready")
    ask(task, "stop")
    (tmp_path / "go").touch()
    thread.join()
    assert states_of(task)[-1]["how"] == "stopped"
    assert (tmp_path / "checkpoint").exists()


def test_kills_at_its_time_limit_what_does_not_listen(tmp_path: Path) -> None:
    ignoring = 'signal.signal(signal.SIGTERM, signal.SIG_IGN); leave("ready"); wait_for("never")'
    task = task_of(tmp_path, ignoring, timeLimitSeconds=0.5, graceSeconds=0.5)
    run(task)
    assert states_of(task)[-1] == {"kind": "ended", "how": "timeout", "detail": "stopped at its time limit"}


CHILD = 'leave("child", str(subprocess.Popen(["sleep", "1000"]).pid)); '


def test_leaves_nothing_running_of_a_training_that_ended_or_was_given_up(tmp_path: Path) -> None:
    done = task_of(tmp_path / "done", CHILD)
    run(done)
    given_up = task_of(tmp_path / "given up", CHILD + 'wait_for("never")')
    thread = begin(given_up)
    left(tmp_path / "given up" / "child")
    ask(given_up, "lost")
    thread.join()
    for name in ("done", "given up"):
        child = int(left(tmp_path / name / "child"))
        while is_alive(child):
            time.sleep(0.01)


def test_a_training_whose_template_dies_is_lost_and_the_next_one_has_another(tmp_path: Path) -> None:
    task = task_of(tmp_path / "a", 'leave("ids", f"{os.getpid()} {os.getppid()}"); wait_for("never")')
    thread = begin(task)
    trainer, template = (int(word) for word in left(tmp_path / "a" / "ids").split())
    os.kill(template, signal.SIGKILL)
    thread.join()
    assert states_of(task)[-1]["how"] == "lost"
    while is_alive(trainer):
        time.sleep(0.01)
    following = task_of(tmp_path / "b", "")
    run(following)
    assert states_of(following)[-1]["how"] == "finished"


def test_says_where_a_folder_is_not_seen(tmp_path: Path) -> None:
    task = task_of(tmp_path / "here", "") | {"directory": str(tmp_path / "there")}
    with pytest.raises(RuntimeError, match=r"not seen on .*--out"):
        run(task)


def test_each_task_is_taken_once(tmp_path: Path) -> None:
    assert orders.take(tmp_path, "one")
    assert not orders.take(tmp_path, "two")
    assert (tmp_path / "taken").read_text() == "one"


def test_orders_are_read_as_they_come_in_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text('{"start": "/a"}\n{"sta')
    read = orders.Orders(path).read
    assert read() == [{"start": "/a"}]
    assert read() == []
    with path.open("a") as file:
        file.write('rt": "/b"}\n')
    assert read() == [{"start": "/b"}]


KNOWN = types.SimpleNamespace(
    **{
        name: type(name, (Exception,), {})
        for name in (
            "TaskCancelledError",
            "OutOfMemoryError",
            "NodeDiedError",
            "WorkerCrashedError",
            "LocalRayletDiedError",
            "RayTaskError",
        )
    }
)


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (KNOWN.TaskCancelledError(), {"how": "stopped", "detail": "stopped before it began"}),
        (KNOWN.OutOfMemoryError("low on\n memory"), {"how": "out-of-memory", "detail": "low on memory"}),
        (KNOWN.NodeDiedError("may be preempted"), {"how": "lost", "detail": "its node died", "nodeDied": True}),
        (KNOWN.WorkerCrashedError(), {"how": "lost", "detail": "the worker of Ray's that ran it died"}),
        (KNOWN.RayTaskError("Traceback\n  x\nRuntimeError: no\n"), {"how": "failed", "detail": "RuntimeError: no"}),
        (ValueError("no such resource"), {"how": "failed", "detail": "no such resource"}),
    ],
)
def test_reads_the_errors_of_ray(error: Exception, end: dict[str, Any]) -> None:
    assert ray_job.end_of(KNOWN, error) == end
