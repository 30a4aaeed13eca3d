"""Weights that come or go are seen without anybody asking the disk."""

from __future__ import annotations

import json

from synthd.daemon.weights import CATALOGUE, Store


async def test_weights_that_come_and_go_are_seen(house, soon):
    weights, store = CATALOGUE[0], Store(house.root / "weights")
    async with house.watching() as watching:
        seen = watching.weights
        told: list[tuple[str, ...]] = []
        seen.subscribe(told.append)
        assert seen.names == ()
        store.directory.mkdir()
        with store.path_of(weights).open("wb") as file:
            file.truncate(weights.size)  # no byte of it is on disk
        state = store.path_of(weights).stat()
        noted = {"sha256": weights.sha256, "size": weights.size, "mtime_ns": state.st_mtime_ns}
        store.note(weights).write_text(json.dumps(noted))
        await soon(lambda: seen.names == (weights.name,))
        store.remove(weights)
        await soon(lambda: seen.names == ())
        assert told == [(weights.name,), ()]
