"""The examples of the documentation verify what is signed here, in each language that is there."""

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lookalike.webhooks.signature import signed_headers

PAGE = Path(__file__).parents[3] / "docs" / "webhooks.md"
BODY = '{"type":"job.created","data":{"name":"é"}}'.encode()
PLAIN, CODED = "a secret in plain text: é", "whsec_MDEyMzQ1Njc4OWFiY2RlZv8="

# reads a list of cases, prints what verify says of each as JSON
MAINS = {
    "python": """
import json, sys
cases = json.load(sys.stdin)
print(json.dumps([verify(c["headers"], c["body"].encode(), c["secret"]) for c in cases]))
""",
    "javascript": """
const cases = JSON.parse(require("node:fs").readFileSync(0));
console.log(JSON.stringify(cases.map((c) => verify(c.headers, Buffer.from(c.body), c.secret))));
""",
    "go": """
type one struct { Headers map[string]string; Body, Secret string }
func main() {
	var cases []one
	if json.NewDecoder(os.Stdin).Decode(&cases) != nil { os.Exit(1) }
	told := []bool{}
	for _, c := range cases { told = append(told, verify(c.Headers, []byte(c.Body), c.Secret)) }
	json.NewEncoder(os.Stdout).Encode(told)
}
""",
}
COMMANDS = {"python": (sys.executable, "verify.py"), "javascript": ("node", "verify.cjs"), "go": ("go", "verify.go")}


def example(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return str(found)


@pytest.mark.parametrize("language", MAINS)
def test_an_example_verifies(language: str, tmp_path: Path) -> None:
    """It believes what is signed, with either kind of secret and while one rotates, and nothing that was changed."""
    command, name = COMMANDS[language]
    if shutil.which(command) is None:
        pytest.skip(f"there is no {command} here")
    code = example(language)
    if language == "go":
        code = code.replace("import (", 'import (\n\t"encoding/json"\n\t"os"')
    (tmp_path / name).write_text(code + MAINS[language], "utf-8")
    now = int(time.time())
    good = [(signed_headers("id", now, BODY, secrets), BODY, PLAIN) for secrets in ([PLAIN], [CODED, PLAIN])]
    good.append((signed_headers("id", now, BODY, [CODED]), BODY, CODED))
    headers = signed_headers("id", now, BODY, [PLAIN])
    bad = [
        (headers, BODY + b" ", PLAIN),
        (headers, BODY, CODED),
        ({**headers, "webhook-id": "other"}, BODY, PLAIN),
        ({**headers, "webhook-signature": "v1,AAAA é"}, BODY, PLAIN),
        ({**headers, "webhook-signature": "é" * len(headers["webhook-signature"])}, BODY, PLAIN),
        (signed_headers("id", now - 400, BODY, [PLAIN]), BODY, PLAIN),
    ]
    cases = [{"headers": h, "body": b.decode(), "secret": s} for h, b, s in good + bad]
    words = [command, *(["run"] if language == "go" else []), str(tmp_path / name)]
    told = subprocess.run(words, input=json.dumps(cases), capture_output=True, text=True, check=True, timeout=120)

    assert [True] * len(good) + [False] * len(bad) == json.loads(told.stdout)
