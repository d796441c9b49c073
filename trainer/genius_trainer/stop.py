"""Requests to stop: SIGTERM and SIGINT raise a flag that the training looks at between steps.

So a checkpoint is always of a whole step. Imports nothing heavy: it must listen before PyTorch is loaded, which takes
seconds in which a signal would otherwise kill without a word.
"""

import signal
from collections.abc import Callable
from types import FrameType


class Stop:
    """Whether someone asked to stop."""

    def __init__(self) -> None:
        self.signal_name: str | None = None
        self._listeners: list[Callable[[], None]] = []

    def request(self, signal_name: str) -> None:
        self.signal_name = signal_name
        for listener in self._listeners:
            listener()

    def on_request(self, listener: Callable[[], None]) -> None:
        """Calls `listener` at the request, or now if it came already."""
        self._listeners.append(listener)
        if self.signal_name is not None:
            listener()


def listen() -> Stop:
    """Takes over SIGTERM and SIGINT of this process."""
    stop = Stop()

    def receive(number: int, _: FrameType | None) -> None:
        stop.request(signal.Signals(number).name)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, receive)
    return stop
