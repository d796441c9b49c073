"""Ax with its defaults. A limit is an outcome constraint: of a design beyond it Ax is told the MACs and no figure."""

import logging
import warnings

warnings.filterwarnings("ignore")
from ax.api.client import Client
from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig

for name in list(logging.root.manager.loggerDict):
    if name.startswith("ax"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


class AxSearch:
    def __init__(self, problem, seed, _evaluations):
        self.problem = problem
        self.client = Client(random_seed=seed)
        self.client.configure_experiment(
            [
                RangeParameterConfig(name=f"d{i}", bounds=(0, count - 1), parameter_type="int")
                if ordinal
                else ChoiceParameterConfig(
                    name=f"d{i}", values=list(range(count)), parameter_type="int", is_ordered=False
                )
                for i, (count, ordinal) in enumerate(zip(problem.counts, problem.ordinal))
            ]
        )
        constraints = ["excess <= 0"] if problem.is_limited else None
        self.client.configure_optimization("score", outcome_constraints=constraints)
        self.client.configure_generation_strategy(initialization_random_seed=seed)

    def ask(self):
        [(index, parameters)] = self.client.get_next_trials(max_trials=1).items()
        return index, [int(parameters[f"d{i}"]) for i in range(len(self.problem.counts))]

    def begin(self, choices):
        return self.client.attach_trial({f"d{i}": choice for i, choice in enumerate(choices)})

    def tell(self, index, _choices, answer, _worst):
        figures = {} if answer.score is None else {"score": answer.score}
        if self.problem.is_limited:
            figures["excess"] = answer.excess
        self.client.complete_trial(index, raw_data=figures)
