"""NePS' Bayesian optimisation, which it chooses by itself for such a space. It knows no limits: a design beyond one has the
worst figure so far."""

import random
import warnings

warnings.filterwarnings("ignore")
import neps
import numpy
import torch


class NepsSearch:
    def __init__(self, problem, seed, _evaluations):
        self.problem = problem
        random.seed(seed)
        numpy.random.seed(seed)
        torch.manual_seed(seed)
        space = neps.SearchSpace(
            {
                f"d{i}": neps.HPOInteger(0, count - 1) if ordinal else neps.HPOCategorical(list(range(count)))
                for i, (count, ordinal) in enumerate(zip(problem.counts, problem.ordinal))
            }
        )
        self.search = neps.AskAndTell(neps.algorithms.bayesian_optimization(space))

    def ask(self):
        trial = self.search.ask()
        return trial.metadata.id, [int(trial.config[f"d{i}"]) for i in range(len(self.problem.counts))]

    def begin(self, choices):
        return str(1 + max((int(name) for name in self.search.trials), default=0))

    def tell(self, name, choices, answer, worst):
        score = worst if answer.score is None else answer.score
        if score is None:
            del self.search.trials[name]
        elif name in self.search.trials:
            self.search.tell(name, 1 - score)
        else:
            config = {f"d{i}": choice for i, choice in enumerate(choices)}
            self.search.tell_custom(config_id=name, config=config, result=1 - score)
