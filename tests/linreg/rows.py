"""Read all rows of a reader, for the tests of files."""

import torch

from linreg import RowReader


def read_all(reader: RowReader) -> torch.Tensor:
    """All chunks in one table: features, targets, weights."""
    return torch.cat(
        [
            torch.cat(
                [part if part.ndim == 2 else part[:, None] for part in rows if part is not None], 1
            )
            for rows in reader
        ]
    )
