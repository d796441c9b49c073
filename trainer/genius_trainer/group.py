"""The processes that train one network together, as one of them sees them: alone, or one of several."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch.distributed as dist
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Group:
    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes files and events."""
        return self.rank == 0

    def sum(self, values: Tensor) -> Tensor:
        """The sum over all processes; all must ask."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def spread(self, tensors: Iterable[Tensor]) -> None:
        """Gives all processes the leader's values."""
        if self.size > 1:
            for tensor in tensors:
                dist.broadcast(tensor, 0)
