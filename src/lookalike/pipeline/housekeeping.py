"""What an ended job leaves lying about, and taking it away."""

from lookalike.pipeline.artefacts import KEPT, Artefacts
from lookalike.pipeline.layout import STAGING
from lookalike.storage import Bucket


def tidy(job_id: str, output: Bucket, work_bucket: Bucket) -> None:
    """Delete the staged parts and every artefact that is not kept until the job expires."""
    for info in output.objects(f"{STAGING}/{job_id}"):
        output.delete(info.path)
    Artefacts(work_bucket, job_id).clear(keep=KEPT)


def forget(job_id: str, work_bucket: Bucket) -> None:
    """Delete every artefact."""
    Artefacts(work_bucket, job_id).clear()
