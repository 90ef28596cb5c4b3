"""PostgreSQL over the same files: a server of its own in a scratch folder, asked through psql.

It listens on a socket in that folder only. It is tuned as for a machine that serves nothing else
(memory, parallel workers, no fsync), loaded by COPY, has the indexes an ERP system would have, and
is analysed. Times are psql's own for the statement, without starting psql.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from benchmarks.child import FailedError, TooLongError
from benchmarks.files import VERSION, need_disk
from benchmarks.peers.prepared import TABLES, prepared
from benchmarks.works import Work, window_of

#: About how many bytes its tables and indexes take for each invoice.
BYTES = 600
_TABLES = {
    "customers": """customer_id text primary key, customer_name text, sector text, country text,
        segment text, salesperson text, credit_limit numeric(18, 2), agreed_terms_days integer""",
    "invoices": """document_id text, customer_id text, kind text, issued_on date, due_on date,
        amount numeric(18, 2)""",
    "payments": """document_id text, customer_id text, kind text, issued_on date,
        amount numeric(18, 2), reference text""",
    "matches": "debit_id text, credit_id text, matched_on date, amount numeric(18, 2)",
}
_INDEXES = (
    "alter table invoices add primary key (document_id)",
    "alter table payments add primary key (document_id)",
    "create index on invoices (customer_id)",
    "create index on invoices (issued_on)",
    "create index on invoices (due_on)",
    "create index on payments (customer_id)",
    "create index on payments (reference)",
    "create index on matches (debit_id)",
    "create index on matches (matched_on)",
    "vacuum analyze",
)
#: Of the tables made beforehand.
_PREPARED = (
    "create index on lives using gist (daterange(opened_on, closed_on))",
    "create index on taken (matched_on)",
    "create index on billed (issued_on)",
    "vacuum analyze",
)
_ALIVE = "daterange(o.opened_on, o.closed_on) @> d.as_of"
_USER = "bench"
_TIME = re.compile(r"^Time: ([\d.]+) ms", re.MULTILINE)


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL server installed here, if there is one."""
    folders = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found := shutil.which("initdb"):
        folders.append(Path(found).resolve().parent)
    return max(folders, key=lambda f: [int(n) for n in re.findall(r"\d+", str(f))], default=None)


def release(folder: Path) -> str:
    """Return the version of the server in that folder."""
    done = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True)  # noqa: PLW1510
    found = re.search(r"[\d.]+", done.stdout)
    return found[0] if found else "of unknown version"


class Server:
    """One running server; `with Server(...) as server` stops it at the end."""

    def __init__(self, programs: Path, folder: Path) -> None:
        """Use the programs in `programs`, and `folder` for the data, which outlive the server."""
        self._programs = programs
        self._folder = folder
        self._data = folder / "data"
        self._socket = Path(tempfile.mkdtemp(prefix="pg"))
        # the server refuses to run as root
        self._as = "postgres" if _is_root() and _exists("postgres") else "nobody"

    def __enter__(self) -> Server:
        """Start, making the database first where there is none."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if _is_root():
            for path in (self._folder, self._socket):
                shutil.chown(path, self._as)
        if not (self._data / "PG_VERSION").exists():
            self._run("initdb", "-D", self._data, "-U", _USER, "--auth=trust",
                      "--locale=C", "--encoding=UTF8")  # fmt: skip
        options = " ".join(f"-c {name}={value}" for name, value in self._settings().items())
        self._run("pg_ctl", "-D", self._data, "-l", self._folder / "log", "-w", "-t", "60",
                  "-o", options, "start")  # fmt: skip
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server."""
        self._run("pg_ctl", "-D", self._data, "-m", "fast", "-w", "stop")
        shutil.rmtree(self._socket, ignore_errors=True)

    def load(self, paths: tuple[Path, ...]) -> float:
        """Copy the files into tables, index and analyse them; return the seconds it took."""
        weight = sum(path.stat().st_size for path in paths)
        need_disk(self._folder, weight * BYTES // 124, "PostgreSQL's tables and indexes")
        start = time.perf_counter()
        for path in paths:
            name = path.stem
            # created in the same transaction, the rows need no log
            self._psql(
                f"drop table if exists {name};\nbegin;\ncreate table {name} ({_TABLES[name]});\n"
                f"\\copy {name} from '{path}' csv header\ncommit;\n"
            )
        for statement in _INDEXES:
            self._psql(f"{statement};\n")
        seconds = time.perf_counter() - start
        self._psql(
            f"drop table if exists loaded;\n"
            f"create table loaded as select {seconds} as seconds, '{VERSION}' as version;\n"
        )
        return seconds

    def loaded(self) -> float | None:
        """Return how many seconds an earlier load of the same files took; None: there is none."""
        try:
            found = self._psql(f"select seconds from loaded where version = '{VERSION}';\n")
        except FailedError:
            return None
        return float(found.split()[1]) if len(found.split()) > 1 else None

    def prepare(self) -> None:
        """Make the tables that its best users would have made beforehand, with their indexes."""
        for name, sql in TABLES.items():
            self._psql(f"drop table if exists {name};\ncreate table {name} as {sql};\n")
        for statement in _PREPARED:
            self._psql(f"{statement};\n")

    def ask(
        self, work: Work, patience: float, tables: bool = False
    ) -> tuple[float, list[dict[str, str]]]:
        """Answer a work; return the seconds it took, and the rows as text.

        tables: from what `prepare` made. Raises TooLongError after `patience` seconds.
        """
        sql = (prepared(work, _ALIVE) if tables else work.sql).format(
            day="cast(:'day' as date)", window="cast(:'window' as date)"
        )
        day = work.days[-1]
        answer = self._socket / "answer.csv"
        script = f"""
set statement_timeout = '{patience:.0f}s';
\\o {os.devnull}
explain {sql};
\\o {answer}
\\timing on
{sql};
"""
        values = {"day": day.isoformat(), "window": window_of(day).isoformat()}
        try:
            found = _TIME.search(self._psql(script, values))
        except FailedError as error:
            if "statement timeout" in str(error):
                raise TooLongError(patience) from error
            raise
        if not found:
            raise FailedError("psql said no time")
        with answer.open(encoding="utf-8", newline="") as stream:
            return float(found[1]) / 1000, list(csv.DictReader(stream))

    def _settings(self) -> Mapping[str, str]:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
        cores = str(os.cpu_count() or 1)
        return {
            "listen_addresses": "''",
            "unix_socket_directories": str(self._socket),
            "shared_buffers": f"{memory // 4}MB",
            "effective_cache_size": f"{memory * 3 // 4}MB",
            "work_mem": f"{memory // 24}MB",
            "maintenance_work_mem": f"{memory // 16}MB",
            "max_parallel_workers": cores,
            "max_parallel_workers_per_gather": cores,
            "max_parallel_maintenance_workers": cores,
            "random_page_cost": "1.1",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "max_wal_size": "16GB",
            "checkpoint_timeout": "1h",
            "autovacuum": "off",
        }

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        if _is_root():
            command = ["runuser", "-u", self._as, "--", *command]
        # a server keeps the pipes of who started it: its words go to a file
        with tempfile.TemporaryFile("w+") as words:
            done = subprocess.run(
                command, stdout=words, stderr=words, stdin=subprocess.DEVNULL, cwd="/", check=False
            )
            if done.returncode:
                words.seek(0)
                raise FailedError(f"{program}: {words.read().strip()[-300:]}")

    def _psql(self, script: str, values: Mapping[str, str] | None = None) -> str:
        command = [
            str(self._programs / "psql"), "-X", "-q", "--csv", "-v", "ON_ERROR_STOP=1",
            "-h", str(self._socket), "-U", _USER, "-d", "postgres", "-f", "-",
        ]  # fmt: skip
        for name, value in (values or {}).items():
            command += ["-v", f"{name}={value}"]
        done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
        if done.returncode:
            raise FailedError(done.stderr.strip()[-300:])
        return done.stdout


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _exists(user: str) -> bool:
    import pwd

    return any(entry.pw_name == user for entry in pwd.getpwall())
