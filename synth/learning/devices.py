"""`python -P -m synthd.synth.learning.devices`: one line of JSON on the memory of the GPU here."""

from __future__ import annotations

import json

import torch


def main() -> None:
    free = torch.cuda.mem_get_info()[0] if torch.cuda.is_available() else None
    print(json.dumps({"free": free, "gpus": torch.cuda.device_count()}))


if __name__ == "__main__":
    main()
