"""The table of conditions that a job names: each of its rows says what one row, or a share of rows, is to be."""

import tempfile
from typing import BinaryIO, cast

from lookalike import formats
from lookalike.data.parameters import LINE_FORMATS
from lookalike.errors import InputInvalid, InputNotFound, InputRefused, ObjectMissing
from lookalike.pipeline.artefacts import CONDITIONS
from lookalike.pipeline.context import Context
from lookalike.pipeline.tables import copy, frames
from lookalike.pipeline.work import Work


def read_conditions(work: Work, context: Context) -> None:
    """
    Artefact ``conditions.arrow``, if a table of conditions is named: its cells as the format tells them.

    Raises:
        InputNotFound: there is no such object.
        InputInvalid: its name does not tell a format, or it cannot be read.
    """
    at = work.request.conditions
    if at is None:
        return
    bucket, path = at
    name, compression = formats.split_path(path)
    if name is None or name in LINE_FORMATS:
        raise InputInvalid(f"The table of conditions '{path}' has no suffix that tells a format of tables.")
    with tempfile.TemporaryFile() as opened:
        stream = cast(BinaryIO, opened)
        try:
            copy(context, bucket, path, stream)
            stream.seek(0)
            pieces = list(frames(stream, name, compression, work.request, context.ceilings))
            table = formats.load(name).finish(formats.joined(pieces))
        except ObjectMissing:
            raise InputNotFound(f"There is no '{path}' in bucket '{bucket}'.") from None
        except (InputInvalid, InputRefused) as error:
            raise InputInvalid(f"The table of conditions cannot be read: {error.message}", hint=error.hint) from None
    context.artefacts(work).write_frame(CONDITIONS, table)
