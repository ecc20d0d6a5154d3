"""What the figures were taken on: nothing that names the machine itself."""

import os
import platform
import re
from pathlib import Path


def machine() -> str:
    """System, processor, cores and memory, as one phrase."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    system = f"{platform.system()} {platform.machine()}"
    return f"{system}, {processor(_read(Path('/proc/cpuinfo')))}, {os.cpu_count()} cores, {memory / 2**30:.0f} GiB"


def processor(told: str) -> str:
    """Name, family and model of the processor, from the kernel's words on it; what Python knows if there are none."""
    found = dict(re.findall(r"^(model name|cpu family|model)\s*:\s*(.+)$", told, re.MULTILINE))
    if "model name" not in found:
        return platform.processor() or "unknown processor"
    return f"{found['model name']} (family {found.get('cpu family', '?')}, model {found.get('model', '?')})"


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""
