"""Frames as files, and back. Libraries of frames are loaded when one is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lookalike.errors import ExtraMissing, UsageError

if TYPE_CHECKING:
    import polars as pl

FORMATS = ("csv", "json", "jsonl", "parquet", "arrow", "txt")
COMPRESSIONS = (".gz", ".zst")
TEXT = ("csv", "jsonl", "json")  # polars reads them compressed, too
READ = ("parquet", "arrow", *TEXT)


@dataclass(frozen=True)
class Sample:
    """
    A file to learn from.

    Args:
        ending: Of its name, as formats and compressions are told by it: ``.csv.gz``.
        n_rows: None if it is not known without reading the file.
    """

    path: Path
    file_format: str
    ending: str
    n_rows: int | None


def as_file(data: Any, folder: Path) -> Sample:
    """
    A frame or an Arrow table, written to a folder, or the path of a file, as it is.

    Raises:
        UsageError: it is none of these; the file's suffix tells no format, or there is no such file.
    """
    if isinstance(data, str | Path):
        return _file(Path(data))
    frame = _polars(data)
    path = folder / "sample.parquet"
    frame.write_parquet(path)
    return Sample(path, "parquet", ".parquet", frame.height)


def format_of_part(name: str) -> str:
    """
    The format of a part of an output, by its name: ``part-00000.csv.gz``.

    Raises:
        UsageError: such files are not read as frames.
    """
    file_format, _, packing = name.partition(".")[2].partition(".")
    if file_format not in (TEXT if packing else READ):
        raise UsageError(f"'{name}' is not read as a frame.", hint="Download it instead.")
    return file_format


def read(paths: Sequence[Path], file_format: str) -> "pl.DataFrame":
    """Files of one format, at least one, one after the other. Where a format tells no dtypes they are found anew."""
    import polars as pl

    match file_format:
        case "parquet":
            return pl.concat([pl.read_parquet(path) for path in paths])
        case "arrow":
            return pl.concat([pl.read_ipc(path) for path in paths])
        case "csv":
            found = [pl.read_csv(path, infer_schema_length=None) for path in paths]
        case "jsonl":
            found = [pl.read_ndjson(path, infer_schema_length=None) for path in paths]
        case _:
            found = [pl.read_json(path, infer_schema_length=None) for path in paths]
    return pl.concat(found, how="vertical_relaxed")


def _polars(data: Any) -> "pl.DataFrame":
    import polars as pl

    library = type(data).__module__.partition(".")[0]
    try:
        match library, type(data).__name__:
            case "polars", "DataFrame":
                return data  # type: ignore[no-any-return]
            case "pandas", "DataFrame":
                return pl.from_pandas(data)
            case "pyarrow", "Table":
                return pl.DataFrame(pl.from_arrow(data))
    except ImportError:
        raise ExtraMissing("A pandas frame", "pandas") from None
    raise UsageError(
        f"Data of type {type(data).__name__} cannot be learnt from.",
        hint="Give a polars or pandas frame, an Arrow table, or the path of a file.",
    )


def _file(path: Path) -> Sample:
    packing = path.suffix if path.suffix in COMPRESSIONS else ""
    suffix = Path(path.name.removesuffix(packing)).suffix
    if suffix.removeprefix(".") not in FORMATS:
        raise UsageError(f"The name of '{path.name}' tells no format.", hint=f"Known: {', '.join(FORMATS)}.")
    if not path.is_file():
        raise UsageError(f"There is no file '{path}'.")
    return Sample(path, suffix.removeprefix("."), suffix + packing, None)
