"""Trains what genius-nas exports to PyTorch: a job folder in, event lines on standard output and weights out.

It knows nothing of searches, trials or clusters. The order of the modules, from the outside in: `__main__`, `run`,
`processes`, `train`, and then what a training consists of.
"""

__version__ = "0.1.0"
