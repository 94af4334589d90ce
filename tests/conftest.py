"""What every test relies on."""

import os
import signal
from collections.abc import Iterator

import pytest

# A shell starts jobs in the background deaf to SIGINT, and their children with them; tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Hundreds of tests lint a folder of noise; those that are about classifiers ask for one.
os.environ["CURATE_CLASSIFIER"] = "none"


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Torch works with one thread: tiny matrices are slower with more."""
    import torch  # noqa: PLC0415 - most tests need none of it

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: item.path.name != "test_evidence_again.py")
