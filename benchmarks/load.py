"""A load generator of its own process: keep-alive connections that post one body as fast as they are answered.

Run as `python -m benchmarks.load HOST PORT PATH CONNECTIONS SECONDS`; the body comes on standard input, one JSON
object with the result goes to standard output. Raw sockets: the generator shares two cores with what it measures.
"""

import asyncio
import json
import sys
import time


class Tally:
    """What the connections have seen."""

    def __init__(self) -> None:
        self.accepted = 0
        self.done = 0
        """Answers with status 200: that of a run which was waited for and succeeded."""
        self.refused = 0
        self.latencies: list[float] = []


async def post_forever(host: str, port: int, request: bytes, until: float, tally: Tally) -> None:
    """One connection, one request at a time."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        while (started := time.perf_counter()) < until:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            lower = head.lower()
            at = lower.find(b"content-length:")
            length = int(lower[at + 15 : lower.index(b"\r", at)]) if at >= 0 else 0
            if length:
                await reader.readexactly(length)
            tally.latencies.append(time.perf_counter() - started)
            if head[9:10] == b"2":
                tally.accepted += 1
                tally.done += head[9:12] == b"200"
            else:
                tally.refused += 1
    finally:
        writer.close()


async def load(host: str, port: int, path: str, body: bytes, connections: int, seconds: float) -> dict[str, float]:
    """Post for `seconds` on `connections` connections; rates per second, latencies in ms."""
    request = (
        f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: keep-alive\r\n\r\n"
    ).encode() + body
    tally, started = Tally(), time.perf_counter()
    until = started + seconds
    await asyncio.gather(*(post_forever(host, port, request, until, tally) for _ in range(connections)))
    elapsed = time.perf_counter() - started
    ordered = sorted(tally.latencies) or [0.0]
    return {
        "accepted": tally.accepted,
        "done": tally.done,
        "refused": tally.refused,
        "elapsed_s": elapsed,
        "p50_ms": ordered[len(ordered) // 2] * 1000,
        "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
    }


def main() -> None:
    host, port, path, connections, seconds = sys.argv[1:6]
    body = sys.stdin.buffer.read()
    result = asyncio.run(load(host, int(port), path, body, int(connections), float(seconds)))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
