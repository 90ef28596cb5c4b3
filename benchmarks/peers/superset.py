"""Apache Superset over the same DuckDB tables, asked through its API as its own charts ask.

    python -m benchmarks.peers.superset    install it, into an environment of its own (about 900 MB)

It reads our published `open_items` and `documents`, so it needs no join with payments either: what
is compared is a general tool for charts with one made for this. Times are those of the request.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import venv
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from benchmarks.child import FailedError, TooLongError
from benchmarks.files import FIRST_DAY, LAST_DAY
from benchmarks.works import MIDDLE_DAY, TOP, Work

HOME = Path(os.environ.get("TANDEM_SUPERSET", Path.home() / ".cache" / "tandem" / "superset"))
RELEASE = "6.1.0"
#: Its own requirements leave room for releases it does not run with, and miss some it needs.
PACKAGES = (
    f"apache-superset=={RELEASE}", "duckdb-engine==0.17.0", f"duckdb=={duckdb.__version__}",
    "flask==2.3.3", "flask-caching==2.3.1", "gunicorn", "rich", "cachetools",
)  # fmt: skip
_CONFIG = """
SECRET_KEY = {secret!r}
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
CACHE_CONFIG = DATA_CACHE_CONFIG = {{"CACHE_TYPE": "NullCache"}}
FILTER_STATE_CACHE_CONFIG = EXPLORE_FORM_DATA_CACHE_CONFIG = {{"CACHE_TYPE": "SimpleCache"}}
"""
_DAYS = f"""
    select as_of, cast(as_of as varchar) as day
    from (
        select cast(last_day(month) as date) as as_of
        from generate_series(date '{FIRST_DAY}', date '{LAST_DAY}', interval '1 month') as m(month)
        union all
        select date '{MIDDLE_DAY}'
    )
"""
_ALIVE = "o.opened_on <= d.as_of and (o.closed_on is null or o.closed_on > d.as_of)"
_WINDOW = "date_trunc('month', d.as_of) - interval '{} months'"
DATASETS = {
    "aging": f"""
        select d.day as as_of, o.sector_division as sector, o.amount,
            case
                when o.amount < 0 then 'unapplied'
                when d.as_of - o.due_on <= 0 then 'not_due'
                when d.as_of - o.due_on <= 30 then '1-30'
                when d.as_of - o.due_on <= 60 then '31-60'
                when d.as_of - o.due_on <= 90 then '61-90'
                else 'over_90'
            end as bucket
        from open_items as o join ({_DAYS}) as d on {_ALIVE}
    """,
    "dso": f"""
        select d.day as as_of, o.sector_division as sector, o.amount as owed, 0 as sold
        from open_items as o join ({_DAYS}) as d on {_ALIVE}
        union all
        select d.day, o.sector_division, 0, o.amount
        from documents as o
        join ({_DAYS}) as d
            on o.issued_on <= d.as_of and o.issued_on >= {_WINDOW.format(2)}
        where o.kind in ('invoice', 'credit_note')
    """,
    "customers": f"""
        select d.day as as_of, o.customer, c.credit_limit, o.amount as owed,
            case when o.amount > 0 and o.due_on < d.as_of then o.amount else 0 end as late,
            0 as paid, 0 as paid_days
        from open_items as o
        join ({_DAYS}) as d on {_ALIVE}
        join customers as c on c.customer_id = o.customer
        union all
        select d.day, o.customer, null, 0, 0, o.amount, o.amount * (o.closed_on - o.opened_on)
        from open_items as o
        join ({_DAYS}) as d on o.closed_on <= d.as_of and o.closed_on >= {_WINDOW.format(11)}
        where o.kind = 'invoice' and o.amount > 0 and o.closed_by = 'payment'
    """,
}
_FIGURES = {
    "aging": {"amount": "sum(amount)"},
    "dso": {"receivables": "sum(owed)", "sales_3m": "sum(sold)"},
    "customers": {
        "receivables": "sum(owed)",
        "overdue": "sum(late)",
        "headroom": "max(credit_limit) - sum(owed)",
        "days_to_pay": "cast(sum(paid_days) as double) / cast(sum(paid) as double)",
    },
}


def installed() -> bool:
    """Return whether it is there."""
    return (HOME / "bin" / "superset").exists()


def install() -> None:
    """Install it into an environment of its own; stop with pip's words where that fails."""
    venv.create(HOME, with_pip=True)
    command = [str(HOME / "bin" / "python"), "-m", "pip", "install", "--quiet", *PACKAGES]
    if subprocess.run(command, check=False).returncode:
        shutil.rmtree(HOME)
        sys.exit("Apache Superset could not be installed.")


class Server:
    """Superset on loopback with one database; `with Server(...) as server` stops it at the end."""

    def __init__(self, folder: Path, database: Path, patience: float) -> None:
        """Keep its own data in `folder`; read the DuckDB file `database`.

        patience: seconds after which an answer is not waited for.
        """
        self._folder, self._database, self._patience = folder.resolve(), database, patience
        self._token = ""
        self._datasets: dict[str, int] = {}

    def __enter__(self) -> Server:
        """Set it up, start it, and tell it of the tables."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        config = self._folder / "superset_config.py"
        text = _CONFIG.format(secret=secrets.token_hex(32), folder=self._folder)
        config.write_text(text, encoding="utf-8")
        environment = os.environ | {"SUPERSET_CONFIG_PATH": str(config)}
        password = secrets.token_hex(16)
        for arguments in (
            ("db", "upgrade"),
            ("fab", "create-admin", "--username", "bench", "--firstname", "b", "--lastname", "b",
             "--email", "bench@localhost", "--password", password),
            ("init",),
        ):  # fmt: skip
            done = subprocess.run(
                [HOME / "bin" / "superset", *arguments], env=environment, capture_output=True,
                text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                raise FailedError(f"superset {arguments[0]}: {done.stderr.strip()[-200:]}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._log = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(
            [HOME / "bin" / "gunicorn", "-w", "1", "-k", "gthread", "--threads", "4",
             "--timeout", "0", "-b", f"127.0.0.1:{self._port}", "superset.app:create_app()"],
            env=environment, stdout=self._log, stderr=self._log,
        )  # fmt: skip
        try:
            self._set_up(password)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def ask(self, work: Work) -> tuple[float, list[dict[str, Any]]]:
        """Answer a work as a chart; return the seconds of the request, and the rows.

        Raises FailedError for what it has no chart for, TooLongError when patience ends.
        """
        name = work.question
        if name not in DATASETS:
            raise FailedError("it has no chart for it")
        return self._chart(name, work.columns, tuple(map(str, work.days)))

    def empty(self) -> float:
        """Return the seconds of a request for a chart of a day that is not in the data."""
        return self._chart("dso", ("as_of", "sector"), ("1900-01-01",))[0]

    def _chart(
        self, name: str, columns: tuple[str, ...], at: tuple[str, ...]
    ) -> tuple[float, list[dict[str, Any]]]:
        figures = _FIGURES[name]
        metrics = [
            {"expressionType": "SQL", "sqlExpression": sql, "label": label}
            for label, sql in figures.items()
        ]
        query: dict[str, Any] = {
            "columns": [c for c in columns if c not in figures],
            "metrics": metrics,
            "row_limit": TOP if name == "customers" else 100_000,
            "orderby": [[metrics[1], False]] if name == "customers" else [],
        }
        days = ", ".join(f"'{day}'" for day in at)
        query["extras"] = {"where": f"as_of in ({days})"}
        body = {
            "datasource": {"id": self._datasets[name], "type": "table"},
            "force": True,
            "queries": [query],
            "result_format": "json",
            "result_type": "full",
        }
        start = time.perf_counter()
        try:
            answer = self._post("/api/v1/chart/data", body)
        except TimeoutError as error:
            raise TooLongError(self._patience) from error
        seconds = time.perf_counter() - start
        rows: list[dict[str, Any]] = answer["result"][0]["data"]
        return seconds, rows

    def _set_up(self, password: str) -> None:
        deadline = time.monotonic() + 120
        while True:
            try:
                self._request("GET", "/health")
                break
            except (OSError, http.client.HTTPException) as error:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise FailedError(f"it does not start, see {self._folder / 'log'}") from error
                time.sleep(0.5)
        entry = {"username": "bench", "password": password, "provider": "db"}
        self._token = self._post("/api/v1/security/login", entry)["access_token"]
        extra = {"engine_params": {"connect_args": {"read_only": True}}}
        database = {
            "database_name": "tandem",
            "sqlalchemy_uri": f"duckdb:///{self._database.resolve()}",
            "extra": json.dumps(extra),
        }
        number = self._post("/api/v1/database/", database)["id"]
        for name, sql in DATASETS.items():
            dataset = {"database": number, "schema": "main", "table_name": name, "sql": sql}
            self._datasets[name] = self._post("/api/v1/dataset/", dataset)["id"]

    def _post(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON, whatever it is
        return json.loads(self._request("POST", path, json.dumps(body)))

    def _request(self, method: str, path: str, body: str | None = None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._patience)
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status >= 300:
            raise FailedError(f"{path}: {response.status} {answer.decode()[:200]}")
        return answer


if __name__ == "__main__":
    install()
