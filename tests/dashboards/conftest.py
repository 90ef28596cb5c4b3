"""The demo company, loaded once for the pages that are rendered over it."""

import pytest

from data.demo.company import TINY, write_exports
from data.store.state import Store
from etl.load.run import load


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The store of the smallest demo company."""
    folder = tmp_path_factory.mktemp("demo")
    write_exports(folder / "exports", TINY)
    store = Store(folder / "store")
    load([folder / "exports"], store)
    return store
