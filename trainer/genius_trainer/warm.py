"""A process that has loaded PyTorch and waits: a training is a fork of it, which takes milliseconds instead of seconds.

It reads orders from standard input, one JSON object a line, and runs one at a time: `folder` to run in, `output` and
`errors` to append to, `environment`, and `command`. The command `python -m genius_trainer …` runs in the fork itself,
any other is executed there. It answers `{"pid": …}`, and `{"code": …}` at the end, negative for a signal. What a
command leaves running is killed when it ends. All is killed when the input ends, as it does when the process that gave
the orders dies.

It is started from its text (`python -c`), so it imports nothing of this package but what an order asks for.
"""

import contextlib
import json
import os
import select
import signal
import sys
import traceback
from typing import Any

TRAINER = ["python", "-m", "genius_trainer"]
STOPPING = {signal.SIGINT, signal.SIGTERM}


def main() -> None:
    stand_between()
    answers = os.dup(1)
    # What an import prints is no answer.
    os.dup2(2, 1)
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    # Whoever gives the orders decides when they end. A fork takes signals again once it can handle them.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    child = 0
    text = b""
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
        if child:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                kill_group(child)
                child = 0
                answer(answers, code=os.waitstatus_to_exitcode(status))
        if 0 in ready:
            read = os.read(0, 1 << 16)
            if not read:
                if child:
                    kill_group(child)
                return
            text += read
        if not child and b"\n" in text:
            line, text = text.split(b"\n", 1)
            order = json.loads(line)
            load(order)
            child = os.fork()
            if child == 0:
                for descriptor in (answers, woken, waker):
                    os.close(descriptor)
                run(order)
            # Both sides do this, since either may be first.
            with contextlib.suppress(OSError):
                os.setpgid(child, child)
            answer(answers, pid=child)


def stand_between() -> None:
    """Goes on in a child. A worker of Ray's kills its own children as it exits, and whoever is killed ends nothing."""
    child = os.fork()
    if child == 0:
        return
    for descriptor in (0, 1):
        os.close(descriptor)
    for sent in STOPPING:
        signal.signal(sent, signal.SIG_IGN)
    os.waitpid(child, 0)
    os._exit(0)


def answer(answers: int, **fields: int) -> None:
    with contextlib.suppress(BrokenPipeError):
        os.write(answers, (json.dumps(fields) + "\n").encode())


def kill_group(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)


def is_trainer(order: dict[str, Any]) -> bool:
    return bool(order["command"][: len(TRAINER)] == TRAINER)


def load(order: dict[str, Any]) -> None:
    """Loads PyTorch, the first time. If it cannot be loaded, the fork says so, as a training alone would."""
    if is_trainer(order):
        with contextlib.suppress(Exception):
            # PyTorch's optimisers load it when they are made, and it takes longer than the rest.
            import torch._dynamo  # noqa: F401

            import genius_trainer.run  # noqa: F401


def run(order: dict[str, Any]) -> None:
    """In the fork: never returns."""
    code = 1
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        for sent in (signal.SIGCHLD, *STOPPING):
            signal.signal(sent, signal.SIG_DFL)
        os.chdir(order["folder"])
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, name in ((1, "output"), (2, "errors")):
            os.dup2(os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), number)
        os.environ.update(order["environment"])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        command = order["command"]
        if not is_trainer(order):
            program = sys.executable if command[0] == "python" else command[0]
            try:
                os.execvp(program, [program, *command[1:]])
            except OSError as error:
                print(f"{program} cannot be run: {error.strerror}", file=sys.stderr)
                sys.exit(127)
        sys.argv = ["genius_trainer", *command[len(TRAINER) :]]
        from genius_trainer.__main__ import main as train

        code = train()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


main()
