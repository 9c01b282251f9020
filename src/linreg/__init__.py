"""Fit straight lines with PyTorch: the library that the Line by Line site grows into."""

from linreg._columns import Indicators, indicators
from linreg._normal import RankError
from linreg._reader import RowReader
from linreg._rows import BadRowError, Rows
from linreg.datasets import Dataset, load_dataset
from linreg.descent import Descent, gradient_descent
from linreg.device import pick_device
from linreg.exact import least_squares, polynomial
from linreg.inference import Fit, Interval
from linreg.loop import DivergenceError, fit, step
from linreg.loss import mse
from linreg.moments import Moments
from linreg.stream import read_csv, read_parquet
from linreg.synthetic import LinearData, make_line, make_regression

__version__ = "0.1.0"

__all__ = [
    "BadRowError",
    "Dataset",
    "Descent",
    "DivergenceError",
    "Fit",
    "Indicators",
    "Interval",
    "LinearData",
    "Moments",
    "RankError",
    "RowReader",
    "Rows",
    "__version__",
    "fit",
    "gradient_descent",
    "indicators",
    "least_squares",
    "load_dataset",
    "make_line",
    "make_regression",
    "mse",
    "pick_device",
    "polynomial",
    "read_csv",
    "read_parquet",
    "step",
]
