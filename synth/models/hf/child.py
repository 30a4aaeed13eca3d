"""The engine of `hf/…`: transformers in a process of its own, for its parent alone.

Run as `python -P -m synthd.synth.models.hf.child`. It speaks as engine_child.py does: settings as
one line of JSON on stdin, one line of JSON on stdout once it listens, and it lives until stdin
ends. It asks no network, and loads safetensors and JSON only.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthd.synth.models.engine_child import die_with
from synthd.synth.models.hf.folder import BadFolder, shards
from synthd.synth.models.hf.memory import TooLarge, fits, free_memory

if TYPE_CHECKING:
    import torch

    from synthd.synth.models.hf.serving import Server

# The tokens of prompts whose keys and values are remembered, in contexts.
KEPT_CONTEXTS = 2
# Of these layers the keys and values of several calls can be put together and taken apart.
ATTENTION = frozenset({"full_attention", "sliding_attention"})


def main() -> None:
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    settings = json.loads(sys.stdin.readline())
    die_with(settings["parent"])
    try:
        server, where = _server(settings)
    except (BadFolder, TooLarge) as error:
        _tell(answer, {"refused": str(error)})
        os._exit(1)
    except Exception as error:
        _tell(answer, {"error": f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"})
        os._exit(1)
    _tell(answer, {"address": server.address, "where": where})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Event().wait()


def _tell(answer: Any, content: dict[str, str]) -> None:
    print(json.dumps(content), file=answer, flush=True)


def _server(settings: dict[str, Any]) -> tuple[Server, str]:
    """Listening, and not served yet; and what it runs on."""
    path = Path(settings["weights"])
    shards(path)  # before seconds of imports
    import torch

    from synthd.synth.learning.chat import encode
    from synthd.synth.learning.drawing.scheduler import Scheduler
    from synthd.synth.learning.loading import device_of, dtype_of, load
    from synthd.synth.models.hf.serving import Served, Server

    torch.set_num_threads(settings["threads"])
    device = device_of(settings["device"])
    dtype = dtype_of(settings["dtype"], device)
    fits(path, dtype.itemsize, _free(device), f"this machine ({device.type})")
    loaded = load(path, device=settings["device"], dtype=settings["dtype"])
    _check(path, loaded.model.config)
    context = min(settings["context"], _longest(loaded.model.config))
    scheduler = Scheduler(loaded, settings["slots"], KEPT_CONTEXTS * context)
    encoding = threading.Lock()  # a tokenizer is not made for several threads

    def ids(prompt: Any) -> tuple[int, ...]:
        with encoding:
            return encode(loaded.tokenizer, prompt).ids

    scheduler.start()
    server = Server(Served(scheduler, settings["key"], context, ids))
    return server, f"{device.type}, {str(dtype).removeprefix('torch.')}"


def _free(device: torch.device) -> int | None:
    import torch

    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return free_memory()


def _check(path: Path, config: Any) -> None:
    kinds = set(getattr(config.get_text_config(), "layer_types", None) or ())
    if others := kinds - ATTENTION:
        raise BadFolder(
            f"{path} has layers of a kind that cannot be drawn from here ({', '.join(others)}): "
            "take a model with attention alone"
        )


def _longest(config: Any) -> int:
    found = getattr(config.get_text_config(), "max_position_embeddings", None)
    return int(found) if found else sys.maxsize


if __name__ == "__main__":
    main()
