#!/bin/sh
# Pins every dependency with its hashes; the files hold no registry's address.
set -eu
uv=${UV:-uv}
compile="$uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate"
$compile pyproject.toml -o requirements/runtime.txt
$compile pyproject.toml --extra postgres -c requirements/runtime.txt -o requirements/postgres.txt
$compile requirements/build.in -c requirements/runtime.txt -o requirements/build.txt
$compile pyproject.toml requirements/build.in --extra pandas --extra arrow --extra postgres --extra tracing --group dev -c requirements/runtime.txt -o requirements/dev.txt
$compile requirements/model.in -o requirements/model.txt
$compile requirements/extras.in -c requirements/dev.txt -o requirements/extras.txt
for_gpus=$(grep -oE '^(torch|triton|cuda-[a-z]+|nvidia-[a-z0-9-]+)=' requirements/extras.txt | tr -d =)
$compile requirements/extras.in -c requirements/dev.txt -o requirements/extras.txt $(printf ' --no-emit-package %s' $for_gpus)
$compile requirements/ray.in -c requirements/dev.txt -c requirements/extras.txt -o requirements/ray.txt
