"""Searches by Optuna and SMAC3 on a numbered table, for run.ts: JSON in on stdin, one JSON line out for each run.

Every peer is used as its documentation says, with its defaults. A design that a peer repeats is answered from memory
and costs it no evaluation, which is in its favour.
"""

import json
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")


def number_of(choices, counts):
    number = 0
    for choice, count in zip(choices, counts):
        number = number * count + choice
    return number


class Budget:
    """Counts distinct designs; a peer that only repeats itself is stopped."""

    def __init__(self, evaluations):
        self.evaluations = evaluations
        self.picks = []
        self.seen = set()
        self.asked = 0

    def spend(self, number):
        self.asked += 1
        if number not in self.seen:
            self.seen.add(number)
            self.picks.append(number)

    @property
    def is_over(self):
        return len(self.picks) >= self.evaluations or self.asked >= 4 * self.evaluations


def run_optuna(peer, table, seed, budget):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = {
        "optuna-tpe": lambda: optuna.samplers.TPESampler(seed=seed),
        "optuna-gp": lambda: optuna.samplers.GPSampler(seed=seed, deterministic_objective=True),
        "optuna-random": lambda: optuna.samplers.RandomSampler(seed=seed),
    }[peer]()
    study = optuna.create_study(direction="maximize", sampler=sampler)
    seconds = 0.0
    while not budget.is_over:
        start = time.perf_counter()
        trial = study.ask()
        choices = [
            trial.suggest_int(f"d{i}", 0, count - 1)
            if kind == "ordinal"
            else trial.suggest_categorical(f"d{i}", list(range(count)))
            for i, (count, kind) in enumerate(zip(table["counts"], table["kinds"]))
        ]
        seconds += time.perf_counter() - start
        number = number_of(choices, table["counts"])
        budget.spend(number)
        start = time.perf_counter()
        study.tell(trial, table["selection"][number])
        seconds += time.perf_counter() - start
    return seconds


def run_smac(table, seed, budget):
    from ConfigSpace import Categorical, ConfigurationSpace, Integer
    from smac import HyperparameterOptimizationFacade, Scenario
    from smac.runhistory.dataclasses import TrialValue

    space = ConfigurationSpace(seed=seed)
    for i, (count, kind) in enumerate(zip(table["counts"], table["kinds"])):
        space.add(
            Integer(f"d{i}", (0, count - 1)) if kind == "ordinal" else Categorical(f"d{i}", list(range(count)))
        )
    with tempfile.TemporaryDirectory() as folder:
        scenario = Scenario(
            space, deterministic=True, n_trials=budget.evaluations, seed=seed, output_directory=folder
        )
        smac = HyperparameterOptimizationFacade(
            scenario, lambda config, seed=0: 0.0, overwrite=True, logging_level=False
        )
        seconds = 0.0
        while not budget.is_over:
            start = time.perf_counter()
            info = smac.ask()
            seconds += time.perf_counter() - start
            number = number_of([int(info.config[f"d{i}"]) for i in range(len(table["counts"]))], table["counts"])
            budget.spend(number)
            start = time.perf_counter()
            smac.tell(info, TrialValue(cost=1 - table["selection"][number]))
            seconds += time.perf_counter() - start
    return seconds


def main():
    request = json.load(sys.stdin)
    table = request["table"]
    for run in request["runs"]:
        peer, seed = run["peer"], run["seed"]
        budget = Budget(request["evaluations"])
        seconds = run_smac(table, seed, budget) if peer == "smac3" else run_optuna(peer, table, seed, budget)
        line = {"peer": peer, "picks": budget.picks, "msPerProposal": 1000 * seconds / budget.asked}
        print(json.dumps(line), flush=True)


main()
