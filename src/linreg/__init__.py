"""Fit straight lines with PyTorch: the library that the Line by Line site grows into."""

from linreg._columns import Indicators, indicators
from linreg._inference import Interval
from linreg._nested import FTest
from linreg._reader import RowReader
from linreg._rows import Rows
from linreg.closed_form import least_squares, polynomial
from linreg.cross_validation import CrossValidation, cross_validate
from linreg.datasets import Dataset, load_dataset
from linreg.descent import Descent, gradient_descent
from linreg.device import pick_device
from linreg.errors import BadRowError, DivergenceError, RankError
from linreg.influence import Influence
from linreg.linear_fit import LinearFit
from linreg.loop import fit, step
from linreg.loss import mse
from linreg.moments import Moments
from linreg.stream import read_csv, read_parquet
from linreg.synthetic import LinearData, make_line, make_regression

__version__ = "0.1.0"

__all__ = [
    "BadRowError",
    "CrossValidation",
    "Dataset",
    "Descent",
    "DivergenceError",
    "FTest",
    "Indicators",
    "Influence",
    "Interval",
    "LinearData",
    "LinearFit",
    "Moments",
    "RankError",
    "RowReader",
    "Rows",
    "__version__",
    "cross_validate",
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
