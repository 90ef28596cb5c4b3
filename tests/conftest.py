"""What holds for every test: how many random cases, which are left out, and who runs which.

And the demo company, loaded once for whoever looks at pages over it.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings

from data.demo.company import TINY, write_exports
from data.store.state import Store
from etl.load.run import load
from tests.depth import DEEP
from tests.sharing import Sharing, place

settings.load_profile("tandem")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the laws, put first what is begun first, and leave out what only a deep suite tries."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.random)
    items.sort(key=lambda item: place(item.nodeid))
    deep = [] if DEEP else [item for item in items if item.get_closest_marker("deep")]
    if deep:
        config.hook.pytest_deselected(items=deep)
        items[:] = [item for item in items if item not in deep]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing | None:
    """Share the tests out by files and rooms, where files are what is shared out."""
    if config.getoption("dist") != "loadfile":
        return None
    # by the number of their tests, browsers and clusters would come last
    config.option.loadscopereorder = False
    return Sharing(config, log)


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The store of the smallest demo company."""
    folder = tmp_path_factory.mktemp("demo")
    write_exports(folder / "exports", TINY)
    store = Store(folder / "store")
    load([folder / "exports"], store)
    return store
