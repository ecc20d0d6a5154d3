"""A notebook as a page: its texts, its code and what came out."""

import json
from pathlib import Path
from typing import Any


def page(path: Path) -> str:
    """The notebook as Markdown, with a link to the file itself."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    title, *rest = (_cell(cell) for cell in cells)
    return "\n\n".join([title, f"[Download this notebook]({path.name}){{ download }}", *rest]) + "\n"


def _cell(cell: dict[str, Any]) -> str:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return source
    outputs = ["".join(out.get("text") or out["data"]["text/plain"]) for out in cell["outputs"]]
    fenced = [f"```text\n{text.rstrip()}\n```" for text in outputs]
    return "\n\n".join([f"```python\n{source}\n```", *fenced])
