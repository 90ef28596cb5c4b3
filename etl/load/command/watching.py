"""Watches a folder for the command line: a line for each thing it does, until it is ended."""

from __future__ import annotations

import signal
import threading
from datetime import datetime
from pathlib import Path
from time import sleep

from rich.console import Console

from data.core.errors import TandemError
from data.store.state import Store
from etl.intake.mappings.mapping import load_mapping
from etl.load.command.net import said
from etl.load.folder.watch import Watch
from etl.load.run import LoadOptions


def print_watch(
    folder: Path, store: Path, options: LoadOptions, *, once: bool, every: float
) -> int:
    """Load what arrives in a folder, once or until Ctrl-C; return the exit code."""
    console = Console(highlight=False, markup=False, soft_wrap=True)

    def say(line: str) -> None:
        console.print(f"{datetime.now().astimezone():%H:%M:%S} {line}")

    try:
        for path in options.mapping:
            load_mapping(path)  # one that cannot be read would be said of every file
        watch = Watch(folder, Store(store), options, say)
        if once:
            return watch.once()
    except (TandemError, OSError) as error:
        console.print(said(error), style="bold red")
        return 1
    before = None
    if threading.current_thread() is threading.main_thread():
        # a service is stopped by it
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    say(f"Watching {folder} every {every:g} seconds; Ctrl-C ends it")
    try:
        while True:
            watch.look()
            sleep(every)
    except KeyboardInterrupt:
        say("Ended; what had arrived and was not loaded is loaded the next time")
        return 0
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
