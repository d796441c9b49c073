"""A table as a search sees it: designs with a figure each, some of them not allowed, and a count of what was spent.

The rules are those that our own searches keep. A network is evaluated once: a design whose network was evaluated before
is answered from memory and costs nothing. A design that is not allowed costs nothing either, and has no figure. After
`patience` such answers in a row a design that is allowed and new is drawn at random, so that every search spends all
its evaluations.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What a search is told of a design: `score` is absent where the design is not allowed; above 0 `excess` breaks the limit."""

    score: float | None
    excess: float


class Problem:
    def __init__(self, request):
        self.counts = request["counts"]
        self.ordinal = request["ordinal"]
        self.scores = request["scores"]
        self.networks = request["networks"]
        self.macs = request["macs"]
        self.max_macs = request["maxMacs"]

    @property
    def is_limited(self):
        return self.max_macs is not None

    def number_of(self, choices):
        number = 0
        for choice, count in zip(choices, self.counts):
            number = number * count + int(choice)
        return number

    def choices_of(self, number):
        choices = []
        for count in reversed(self.counts):
            choices.append(number % count)
            number //= count
        return choices[::-1]

    def excess(self, number):
        return self.macs[number] / self.max_macs - 1 if self.is_limited else -1.0


class Budget:
    """Evaluations of one search, and what they showed."""

    def __init__(self, problem, evaluations, patience, seed):
        self.problem = problem
        self.evaluations = evaluations
        self.patience = patience
        self.random = random.Random(seed)
        self.known = {}
        self.picks = []
        self.asked = self.repeated = self.forbidden = self.drawn = 0
        self.in_vain = 0

    @property
    def is_over(self):
        return len(self.picks) >= self.evaluations

    @property
    def is_stuck(self):
        return self.in_vain >= self.patience

    @property
    def worst(self):
        """The worst figure so far; absent before the first."""
        return min(self.known.values(), default=None)

    def answer(self, choices):
        number = self.problem.number_of(choices)
        network = self.problem.networks[number]
        excess = self.problem.excess(number)
        self.asked += 1
        self.in_vain += 1
        if excess > 0:
            self.forbidden += 1
            return Answer(None, excess)
        if network in self.known:
            self.repeated += 1
        else:
            self.in_vain = 0
            self.known[network] = self.problem.scores[number]
            self.picks.append(number)
        return Answer(self.known[network], excess)

    def draw(self):
        """An allowed design of a network that was not evaluated, at random."""
        self.drawn += 1
        size = len(self.problem.scores)
        for _ in range(100 * size):
            number = self.random.randrange(size)
            if self.problem.excess(number) <= 0 and self.problem.networks[number] not in self.known:
                return self.problem.choices_of(number)
        raise RuntimeError("no allowed design is left")
