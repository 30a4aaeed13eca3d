"""Weights from the hub: one file over HTTP, resumed where the last attempt ended."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthd.daemon.weights.catalogue import Weights
from synthd.daemon.weights.part import CHUNK, Part, size_of
from synthd.daemon.weights.progress import Phase, PullProgress, Sources, Tell
from synthd.daemon.weights.store import Store

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 5.0
SILENT_SECONDS = 30.0
BREAKS = 5  # connections that broke without bringing a byte


class HubFailed(Exception):
    """The hub is no way to these weights now; str() says why. Another way may be."""


@dataclass(frozen=True, slots=True)
class Hub:
    store: Store
    sources: Sources
    tell: Tell

    async def fetch(self, weights: Weights) -> Part:
        """All bytes, not verified yet; the caller closes the part. Raises HubFailed."""
        url = await asyncio.to_thread(self._url, weights)
        path = self.store.part(weights, "hub")
        part = await asyncio.to_thread(Part, path, min(size_of(path), weights.size))
        try:
            breaks = 0
            while part.size < weights.size:
                before = part.size
                problem = await self._stream(url, part, weights)
                breaks = breaks + 1 if part.size == before else 0
                if problem and breaks >= BREAKS:
                    raise HubFailed(problem)
        except BaseException:
            part.close()
            raise
        return part

    def _url(self, weights: Weights) -> str:
        endpoint = self.sources.hub or os.environ.get("HF_ENDPOINT")
        if not endpoint:
            from huggingface_hub import constants

            endpoint = constants.ENDPOINT
        return (
            f"{endpoint.rstrip('/')}/{weights.repository}/resolve/{weights.revision}/{weights.file}"
        )

    async def _stream(self, url: str, part: Part, weights: Weights) -> str:
        """One connection's worth of bytes; what broke it, or "". Raises HubFailed."""
        import httpx

        timeout = httpx.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS)
        ranged = {"Range": f"bytes={part.size}-", "Accept-Encoding": "identity"}
        try:
            async with (
                httpx.AsyncClient(timeout=timeout, follow_redirects=True) as client,
                client.stream("GET", url, headers=ranged) as response,
            ):
                self._check(response, part, weights)
                await self._save(response, part, weights)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL) as error:
            raise HubFailed(f"it cannot be reached ({error})") from error
        except httpx.HTTPError as error:
            return f"the connection keeps breaking ({type(error).__name__} {error})"
        return ""

    async def _save(self, response: httpx.Response, part: Part, weights: Weights) -> None:
        """In large writes, and with what came before a break."""
        received = bytearray()
        try:
            async for data in response.aiter_bytes():
                received += data
                if part.size + len(received) > weights.size:
                    received.clear()
                    raise HubFailed(f"it sends more than the {weights.size:,} bytes expected")
                if len(received) >= CHUNK:
                    data, received = bytes(received), bytearray()
                    await asyncio.to_thread(part.add, data)
                    self.tell(PullProgress(Phase.HUB, part.size, weights.size))
        finally:
            part.add(bytes(received))
            self.tell(PullProgress(Phase.HUB, part.size, weights.size))

    def _check(self, response: httpx.Response, part: Part, weights: Weights) -> None:
        if response.status_code == 200:  # it does not resume: from the start, then
            part.restart()
        elif response.status_code != 206:
            raise HubFailed(f"it answered with status {response.status_code}")
        length = response.headers.get("content-length")
        if length is not None and int(length) + part.size != weights.size:
            there = int(length) + part.size
            raise HubFailed(f"its file has {there:,} bytes, not the {weights.size:,} expected")
