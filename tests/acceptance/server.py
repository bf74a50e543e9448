"""A database server that many test runs share, so that each begins at once."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

QUICK = ["-q", "-x", "-n0", "-p", "no:cacheprovider", "--no-header", "--tb=line"]


@contextmanager
def shared_server() -> Iterator[None]:
    """Start the server of the tests in a folder of its own, and take it away."""
    folder = tempfile.mkdtemp(prefix="redleader-shared-")
    os.environ |= {
        "REDLEADER_TEST_RUN": folder,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    from django.conf import settings

    from tests import tables

    tables.start()
    try:
        yield
    finally:
        settings.CLUSTER.stop()
        shutil.rmtree(folder, ignore_errors=True)
