"""Thousands of event streams held open by one process, for the benchmark: `python -m benchmarks.stream_readers PORT STREAMS`
with a cookie a line on standard input. Says "open N" when all are, then for each hint with an `at` how late the last
stream heard of it; ends with its input."""

import asyncio
import json
import resource
import sys
import time

AT_ONCE = 50  # streams being opened


class Readers:
    def __init__(self, port: int) -> None:
        self.port = port
        self.opened = 0
        self.late: dict[str, list[float]] = {}
        self.at_once = asyncio.Semaphore(AT_ONCE)

    async def read(self, cookie: str) -> None:
        async with self.at_once:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(f"GET /live/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
            status = await reader.readline()
            if b" 200 " not in status:
                sys.exit(f"refused: {status!r}")
            while (await reader.readline()).strip():
                pass
            self.opened += 1
        while line := await reader.readline():
            if line.startswith(b"data: "):
                self.hear(json.loads(line.removeprefix(b"data: ")))

    def hear(self, event: dict[str, str | float]) -> None:
        if event["kind"] == "timed":
            self.late.setdefault(str(event["name"]), []).append(time.time() - float(event["at"]))


async def main(port: int, cookies: list[str]) -> None:
    readers = Readers(port)
    tasks = [asyncio.create_task(readers.read(cookie)) for cookie in cookies]
    while readers.opened < len(cookies):
        await asyncio.sleep(0.05)
        for task in tasks:
            if task.done():
                task.result()
    say({"open": readers.opened})
    loop = asyncio.get_running_loop()
    while name := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        say({"name": name, "late": sorted(readers.late.pop(name, []))})
    for task in tasks:
        task.cancel()


def say(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(main(int(sys.argv[1]), [sys.stdin.readline().strip() for _ in range(int(sys.argv[2]))]))
