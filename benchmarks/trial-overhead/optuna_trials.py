"""Times Optuna's trials on a six-edge space: random sampler, journal-file storage, a constant-time objective.

    python optuna_trials.py LOG TRIALS    prints a JSON list of milliseconds, one a trial
"""

import json
import sys
import time

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend


def main(log: str, trials: int) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        storage=JournalStorage(JournalFileBackend(log)),
        sampler=optuna.samplers.RandomSampler(seed=1),
        direction="maximize",
    )
    times: list[float] = []
    last = time.perf_counter()
    for _ in range(trials):
        trial = study.ask()
        value = sum(trial.suggest_int(f"edge{edge}", 0, 4) for edge in range(6)) / 24
        study.tell(trial, value)
        now = time.perf_counter()
        times.append(1000 * (now - last))
        last = now
    print(json.dumps(times))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
