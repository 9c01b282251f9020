"""Open a file of text: unpack it, and decode it as its first bytes or the caller say."""

import bz2
import codecs
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from linreg.errors import BadRowError

# What a file begins with, whatever its name ends in.
_PACKED: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}
_REFUSED = {
    b"PK\x03\x04": "is a zip archive or a workbook: unpack it, or save it as CSV",
    b"\xd0\xcf\x11\xe0": "is a workbook: save it as CSV",
    b"\x28\xb5\x2f\xfd": "is packed with zstd: unpack it, or pack it with gzip, bzip2 or xz",
    b"PAR1": "is a Parquet file: read it with read_parquet",
}
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_DAMAGE = (OSError, EOFError, zlib.error, lzma.LZMAError)


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[tuple[TextIO, Callable[[], float]]]:
    """The file's text with its line ends as they are, and the share of the file read so far.

    Bytes that are not of the encoding become lone surrogates: a value that nobody asks for may
    hold them.
    """
    size = max(path.stat().st_size, 1)
    try:
        with path.open("rb") as raw:
            start = raw.peek(8)
            for mark, problem in _REFUSED.items():
                if start.startswith(mark):
                    raise BadRowError(path, None, None, problem)
            unpack = next(
                (open_ for mark, open_ in _PACKED.items() if start.startswith(mark)), None
            )
            data = unpack(raw) if unpack else raw
            start = data.peek(4)
            encoding = next((code for m, code in _MARKS.items() if start.startswith(m)), encoding)
            with io.TextIOWrapper(data, encoding, "surrogateescape", newline="") as text:
                yield text, lambda: raw.tell() / size
    except UnicodeDecodeError as error:
        problem = f"is not text in {encoding}: {error.reason}; give its encoding"
        raise BadRowError(path, None, None, problem) from None
    except _DAMAGE as error:
        problem = f"cannot be read to its end, so it may be truncated: {error}"
        raise BadRowError(path, None, None, problem) from None
