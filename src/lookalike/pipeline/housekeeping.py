"""What an ended job leaves lying about, and taking it away."""

from lookalike.pipeline.artefacts import KEPT, Artefacts
from lookalike.pipeline.layout import STAGING
from lookalike.storage import Bucket


def tidy(job_id: str, output: Bucket, work_bucket: Bucket, *, keep: bool) -> None:
    """
    Delete the staged parts and the artefacts.

    Args:
        keep: All but those that are kept until the job expires; of a cancelled job nobody needs any.
    """
    for info in output.objects(f"{STAGING}/{job_id}"):
        output.delete(info.path)
    Artefacts(work_bucket, job_id).clear(keep=KEPT if keep else ())


def forget(job_id: str, work_bucket: Bucket) -> None:
    """Delete every artefact."""
    Artefacts(work_bucket, job_id).clear()
