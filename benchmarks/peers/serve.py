"""Searches by other people's programs on numbered tables, for run.ts: JSON lines in, one JSON line out for each search.

A line {"problem": …} says what the following lines {"run": …} search on.
"""

import importlib
import importlib.metadata
import json
import os
import sys
import time
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")
warnings.filterwarnings("ignore")

from problem import Budget, Problem


def optuna_auto(registry):
    return importlib.import_module("optuna_searches").automatic(registry)


peers = {
    "optuna-tpe": ("optuna", lambda _: importlib.import_module("optuna_searches").tpe),
    "optuna-gp": ("optuna", lambda _: importlib.import_module("optuna_searches").gaussian_process),
    "optuna-auto": ("optuna", optuna_auto),
    "smac": ("smac", lambda _: importlib.import_module("smac_search").SmacSearch),
    "ax": ("ax-platform", lambda _: importlib.import_module("ax_search").AxSearch),
    "neps": ("neural-pipeline-search", lambda _: importlib.import_module("neps_search").NepsSearch),
}


def search(problem, run, registry):
    package, load = peers[run["peer"]]
    budget = Budget(problem, run["evaluations"], run["patience"], run["seed"])
    create = load(registry)
    trouble = None
    started = time.perf_counter()
    peer = create(problem, run["seed"], run["evaluations"])

    def give(choices):
        handle = peer.begin(choices)
        peer.tell(handle, choices, budget.answer(choices), budget.worst)

    if run["start"] is not None:
        give(run["start"])
    while not budget.is_over:
        if budget.is_stuck:
            give(budget.draw())
            continue
        try:
            handle, choices = peer.ask()
        except Exception as thrown:  # a peer that has no further idea: told in the result
            trouble = trouble or f"{type(thrown).__name__}: {thrown}"[:200]
            give(budget.draw())
            continue
        peer.tell(handle, choices, budget.answer(choices), budget.worst)
    return {
        "picks": budget.picks,
        "milliseconds": 1000 * (time.perf_counter() - started),
        "version": f"{package} {importlib.metadata.version(package)}",
        "asked": budget.asked,
        "repeated": budget.repeated,
        "forbidden": budget.forbidden,
        "drawn": budget.drawn,
        **({"trouble": trouble} if trouble else {}),
    }


def main():
    problem = None
    registry = sys.argv[1] if len(sys.argv) > 1 else None
    answers = sys.stdout
    sys.stdout = sys.stderr  # what a peer prints is no answer
    for line in sys.stdin:
        request = json.loads(line)
        if "problem" in request:
            problem = Problem(request["problem"])
        else:
            try:
                result = search(problem, request["run"], registry)
            except Exception as thrown:
                result = {"error": f"{type(thrown).__name__}: {thrown}"[:500]}
            print(json.dumps(result), file=answers, flush=True)


main()
