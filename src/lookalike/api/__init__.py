"""The HTTP door: reads requests, calls `operations`, writes answers. `openapi.json` is what it promises."""
