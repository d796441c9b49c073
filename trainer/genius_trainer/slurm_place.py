"""One place of a search's allocation on Slurm: trains one task after the other.

    srun --ntasks=PLACES python -m genius_trainer.slurm_place FOLDER KEY PYTHON

Orders are in FOLDER (orders.py), and each is taken by the place that is first. PYTHON is what trains. A place ends when
the study ends the allocation KEY, or when there was nothing to do for long; and, with what it trains, when Slurm does.
"""

import json
import signal
import sys
import time
from pathlib import Path

from .orders import Orders, is_running, take
from .task import run_task

IDLE_SECONDS = 600.0
LOOK_SECONDS = 0.1


def main() -> None:
    folder, key, python = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    warm = Path(__file__).with_name("warm.py").read_text("utf-8")
    orders = Orders(folder / "orders.jsonl")
    signals: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: signals.append(number))
    ordered: list[Path] = []
    tried = 0
    idle_since = time.monotonic()
    while not signals:
        is_over = False
        for order in orders.read():
            is_over = is_over or order.get("end") == key
            if "start" in order:
                ordered.append(Path(order["start"]))
        if is_over:
            return
        if tried == len(ordered):
            if time.monotonic() - idle_since > IDLE_SECONDS:
                # Slurm takes back no single place, so all leave together.
                if not any(is_running(directory, key) for directory in ordered):
                    return
                idle_since = time.monotonic()
            time.sleep(LOOK_SECONDS)
            continue
        directory = ordered[tried]
        tried += 1
        if take(directory, key):
            task = json.loads((directory / "task.json").read_text("utf-8"))
            run_task(task, warm, python, lambda: bool(signals))
            idle_since = time.monotonic()


if __name__ == "__main__":
    main()
