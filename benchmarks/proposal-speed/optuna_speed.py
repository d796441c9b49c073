"""Times proposals of Optuna's samplers after a given history: JSON on stdin, a JSON list of rows on stdout."""

import json
import statistics
import sys
import time
import warnings

import optuna

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def measure(name, sampler, request, observations, proposals):
    counts = request["counts"]
    study = optuna.create_study(direction="maximize", sampler=sampler)
    space = {f"d{i}": optuna.distributions.IntDistribution(0, count - 1) for i, count in enumerate(counts)}
    for entry in request["history"][:observations]:
        params = {f"d{i}": choice for i, choice in enumerate(entry["choices"])}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=space, value=entry["value"]))
    times = []
    for _ in range(proposals):
        start = time.perf_counter()
        trial = study.ask()
        choices = [trial.suggest_int(f"d{i}", 0, count - 1) for i, count in enumerate(counts)]
        study.tell(trial, 0.9 + 0.001 * sum(choices))
        times.append(1000 * (time.perf_counter() - start))
    return {
        "search": name,
        "observations": observations,
        "firstMs": times[0],
        "medianMs": statistics.median(times[1:]),
        "worstMs": max(times[1:]),
    }


def main():
    request = json.load(sys.stdin)
    rows = []
    for observations in request["observations"]["tpe"]:
        sampler = optuna.samplers.TPESampler(seed=1, n_startup_trials=5)
        rows.append(measure("optuna-tpe", sampler, request, observations, 10))
    for observations in request["observations"]["gp"]:
        sampler = optuna.samplers.GPSampler(seed=1, n_startup_trials=5, deterministic_objective=True)
        rows.append(measure("optuna-gp", sampler, request, observations, 4))
    json.dump(rows, sys.stdout)


main()
