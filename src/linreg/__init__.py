"""Fit straight lines with PyTorch: the library that the Line by Line site grows into."""

from linreg.datasets import Dataset, load_dataset
from linreg.device import pick_device
from linreg.loop import DivergenceError, fit, step
from linreg.loss import mse
from linreg.synthetic import LinearData, make_line, make_regression

__version__ = "0.1.0"

__all__ = [
    "Dataset",
    "DivergenceError",
    "LinearData",
    "__version__",
    "fit",
    "load_dataset",
    "make_line",
    "make_regression",
    "mse",
    "pick_device",
    "step",
]
