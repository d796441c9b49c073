"""One training as a task of a search's job on a cluster: starts it, and watches it to its end.

It runs in a worker that takes one task after the other, such as Ray's. The worker keeps a process that has PyTorch
loaded (warm.py) and has it fork each training: the training's memory, its crash and its signals are its own, and no
thread of the worker's is forked. How it stands goes into `states.jsonl` of the task's directory, which
src/evaluators/launchers/tasks/task-files.ts reads; what is asked of it comes in `asked`. Both are opened at each look,
since a network file system shows what was added to a file only then.

Ray sends it to its workers as it stands here, so it uses nothing else of the package.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOOK_SECONDS = 0.2


def run_task(task: dict[str, Any], warm: str, python: str, is_ended: Callable[[], bool] | None = None) -> None:
    """Runs `task` by a fork of `python`, which runs the program `warm`. `is_ended`: whether its place is taken away."""
    directory = Path(task["directory"])
    if not directory.is_dir():
        where = os.uname().nodename
        raise RuntimeError(
            f"the job's folder is not seen on {where}: a cluster of several machines needs a folder that all of them "
            "mount at the same path; put the run there with --out"
        )
    if asked_of(directory):
        write_state(directory, kind="ended", how="stopped", detail="stopped before it began")
        return
    packages = task.get("pythonPath", str(Path.cwd()))
    template = template_of(python, packages, warm)
    order = {
        "folder": task["folder"],
        "command": task["command"],
        "output": str(directory / "output.txt"),
        "errors": str(directory / "errors.txt"),
        "environment": {
            "PYTHONPATH": packages,
            "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "") if task["gpus"] > 0 else "",
        },
    }
    write_state(directory, kind="running", node=node_id())
    try:
        template.stdin.write((json.dumps(order) + "\n").encode())
        template.stdin.flush()
        watch(task, template, is_ended)
    except BaseException:
        # Such as Ray's own request to stop. At the end of its input the template kills what it runs, and ends.
        forget(template)
        with contextlib.suppress(OSError):
            template.stdin.close()
        raise


def watch(task: dict[str, Any], template: Any, is_ended: Callable[[], bool] | None) -> None:
    """Until the training has ended: hands on the request to stop, and ends it at its time limit."""
    directory = Path(task["directory"])
    limit = task.get("timeLimitSeconds", float("inf"))
    process = 0
    began = 0.0
    ending: str | None = None
    kill_at = float("inf")
    text = b""
    while True:
        ready, _, _ = select.select([template.stdout], [], [], LOOK_SECONDS)
        if ready:
            read = os.read(template.stdout.fileno(), 1 << 16)
            if not read:
                forget(template)
                send(-process, signal.SIGKILL)
                write_state(directory, kind="ended", how="lost", detail="the process that starts trainings died")
                return
            text += read
            *lines, text = text.split(b"\n")
            for line in lines:
                answer = json.loads(line)
                if "pid" in answer:
                    process, began = answer["pid"], time.monotonic()
                if "code" in answer:
                    write_end(directory, answer["code"], ending)
                    return
        if not process:
            continue
        now = time.monotonic()
        asked = asked_of(directory)
        if ending is None:
            if "stop" in asked:
                ending = "stopped"
            elif now - began >= limit:
                ending = "timeout"
            elif is_ended is not None and is_ended():
                ending = "preempted"
            if ending is not None:
                kill_at = now + task["graceSeconds"]
                send(process, signal.SIGTERM)
        if now >= kill_at or "lost" in asked:
            kill_at = float("inf")
            send(-process, signal.SIGKILL)


def write_end(directory: Path, code: int, ending: str | None) -> None:
    if ending == "timeout":
        how, detail = ending, "stopped at its time limit"
    elif ending == "stopped":
        how, detail = ending, "stopped on request"
    elif ending == "preempted":
        how, detail = ending, "its place was taken away"
    elif code == 0:
        how, detail = "finished", "exit code 0"
    else:
        how = "failed"
        detail = f"ended by signal {-code}" if code < 0 else f"exit code {code}"
        if code == -signal.SIGKILL:
            detail += ", as a system does that runs out of memory"
        words = last_line(directory / "errors.txt")
        if words:
            detail += f": {words}"
    write_state(directory, kind="ended", how=how, detail=detail)


def last_line(path: Path) -> str:
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return next((line.strip()[:600] for line in reversed(lines) if line.strip()), "")


def write_state(directory: Path, **state: Any) -> None:
    with (directory / "states.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(state) + "\n")


def asked_of(directory: Path) -> list[str]:
    """`stop`, or `lost` for a training that the study has given up: a node may train on without its head."""
    try:
        return (directory / "asked").read_text("utf-8").split()
    except OSError:
        return []


def send(process: int, number: int) -> None:
    """To a process, or to the group of a negative one."""
    with contextlib.suppress(ProcessLookupError):
        if process < 0:
            os.killpg(-process, number)
        elif process > 0:
            os.kill(process, number)


def node_id() -> str | None:
    try:
        import ray  # type: ignore[import-not-found]

        return str(ray.get_runtime_context().get_node_id())
    except Exception:
        return None


def templates() -> dict[tuple[str, str], Any]:
    """Of this worker, by Python and packages. A function that is sent has no module of its own to keep them in."""
    store = sys.modules.setdefault("_genius_templates", types.ModuleType("_genius_templates"))
    found: dict[tuple[str, str], Any] = store.__dict__.setdefault("found", {})
    return found


def forget(template: Any) -> None:
    for key in [key for key, other in templates().items() if other is template]:
        del templates()[key]


def template_of(python: str, packages: str, warm: str) -> Any:
    found = templates()
    template = found.get((python, packages))
    if template is None or template.poll() is not None:
        template = subprocess.Popen(
            [python, "-c", warm],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": packages, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        found[(python, packages)] = template
    return template
