"""A PostgreSQL server of the tests' own, where one is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FILES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def installed() -> Path | None:
    """Return the folder of its programs; None where there are none."""
    found = shutil.which("initdb")
    return Path(found).parent if found else next(iter(_FILES), None)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run a server over `folder`, a short path; give the URL of a database without a name."""
    programs = installed()
    assert programs is not None
    # it refuses to run as root
    user = "postgres" if os.name != "nt" and os.geteuid() == 0 else None
    if user:
        folder.chmod(0o755)
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"

    def run(*command: object) -> None:
        subprocess.run([*map(str, command)], check=True, user=user, cwd=folder, timeout=120,
                       stdout=subprocess.DEVNULL)  # fmt: skip

    run(programs / "initdb", "-D", data, "-U", "tandem", "-A", "trust", "-E", "UTF8", "--no-sync")
    run(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o",
        f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off", "start")  # fmt: skip
    try:
        yield f"postgresql+psycopg://tandem@127.0.0.1:{port}/"
    finally:
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
