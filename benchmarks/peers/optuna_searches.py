"""Optuna: TPE, the Gaussian process and AutoSampler, with their defaults. A limit is a constraint of the trial."""

import optuna
from optuna.trial import TrialState

optuna.logging.set_verbosity(optuna.logging.ERROR)


class OptunaSearch:
    def __init__(self, problem, seed, _evaluations, sampler):
        self.problem = problem
        self.study = optuna.create_study(direction="maximize", sampler=sampler(seed))

    def _suggest(self, trial):
        return [
            trial.suggest_int(f"d{i}", 0, count - 1)
            if ordinal
            else trial.suggest_categorical(f"d{i}", list(range(count)))
            for i, (count, ordinal) in enumerate(zip(self.problem.counts, self.problem.ordinal))
        ]

    def ask(self):
        trial = self.study.ask()
        return trial, self._suggest(trial)

    def begin(self, choices):
        """A design that did not come from the search."""
        self.study.enqueue_trial({f"d{i}": choice for i, choice in enumerate(choices)})
        return self.ask()[0]

    def tell(self, trial, _choices, answer, worst):
        score = worst if answer.score is None else answer.score
        if score is None:
            self.study.tell(trial, state=TrialState.FAIL)
            return
        if self.problem.is_limited:
            trial.set_constraint("macs", answer.excess)
        self.study.tell(trial, score)


def tpe(problem, seed, evaluations):
    return OptunaSearch(problem, seed, evaluations, lambda own: optuna.samplers.TPESampler(seed=own))


def gaussian_process(problem, seed, evaluations):
    def sampler(own):
        return optuna.samplers.GPSampler(seed=own, deterministic_objective=True)

    return OptunaSearch(problem, seed, evaluations, sampler)


def automatic(registry):
    """AutoSampler comes from OptunaHub, whose registry is a folder here."""
    import optunahub

    module = optunahub.load_local_module("package/samplers/auto_sampler", registry_root=registry)

    def create(problem, seed, evaluations):
        return OptunaSearch(problem, seed, evaluations, lambda own: module.AutoSampler(seed=own))

    return create
