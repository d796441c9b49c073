"""SMAC3's facade for hyperparameters, with its defaults. It knows no limits: a design beyond one is told as a crash that
costs as much as the worst figure so far."""

import tempfile

from ConfigSpace import Categorical, Configuration, ConfigurationSpace, Integer
from smac import HyperparameterOptimizationFacade, Scenario
from smac.runhistory import StatusType
from smac.runhistory.dataclasses import TrialInfo, TrialValue


class SmacSearch:
    def __init__(self, problem, seed, evaluations):
        self.problem = problem
        self.space = ConfigurationSpace(seed=seed)
        for i, (count, ordinal) in enumerate(zip(problem.counts, problem.ordinal)):
            choices = list(range(count))
            self.space.add(Integer(f"d{i}", (0, count - 1)) if ordinal else Categorical(f"d{i}", choices))
        self.folder = tempfile.TemporaryDirectory()
        scenario = Scenario(
            self.space, deterministic=True, n_trials=evaluations, seed=seed, output_directory=self.folder.name
        )
        self.smac = HyperparameterOptimizationFacade(
            scenario, lambda config, seed=0: 0.0, overwrite=True, logging_level=False
        )

    def ask(self):
        info = self.smac.ask()
        return info, [int(info.config[f"d{i}"]) for i in range(len(self.problem.counts))]

    def begin(self, choices):
        values = {f"d{i}": choice for i, choice in enumerate(choices)}
        return TrialInfo(Configuration(self.space, values=values), seed=0)

    def tell(self, info, _choices, answer, worst):
        if answer.score is None:
            cost = 1.0 if worst is None else 1 - worst
            self.smac.tell(info, TrialValue(cost=cost, status=StatusType.CRASHED), save=False)
        else:
            self.smac.tell(info, TrialValue(cost=1 - answer.score), save=False)
