"""What a process loads before it is needed."""

import gc
from importlib import import_module

from lookalike.pipeline.work import STAGES


def warm() -> None:
    """Load all stages, and compile or load all kernels."""
    from lookalike.engines.tabular import warming as learning
    from lookalike.engines.text import warming as writing
    from lookalike.engines.time_series import warming as stepping
    from lookalike.evaluation import warming as judging

    for stage in STAGES:
        import_module(f"lookalike.pipeline.{stage}")
    learning.warm()
    stepping.warm()
    writing.warm()
    judging.warm()
    gc.collect()
    gc.freeze()  # what stays for good need not be looked through again and again
