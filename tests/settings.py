"""Settings of the tests: a throwaway local PostgreSQL, made once for a whole run."""

import os
import tempfile
from pathlib import Path

# The first process makes the folder; the workers of a parallel run inherit it.
if "REDLEADER_TEST_RUN" not in os.environ:
    os.environ["REDLEADER_TEST_RUN"] = tempfile.mkdtemp(prefix="redleader-test-")
RUN_DIR = Path(os.environ["REDLEADER_TEST_RUN"])
os.environ["REDLEADER_VAR"] = str(RUN_DIR)
for name in ("DATABASE_URL", "REDLEADER_DEMO", "SECRET_KEY"):
    os.environ.pop(name, None)

from redleader import database  # noqa: E402
from redleader.settings import *  # noqa: E402, F403

BINARIES = database.find_binaries(os.environ.get("REDLEADER_PG", ""))
CLUSTER = database.Cluster(BINARIES, RUN_DIR / "pg", throwaway=True)
DATABASES = {
    "default": CLUSTER.settings("redleader", database.OWNER)
    | {"ATOMIC_REQUESTS": True, "CONN_MAX_AGE": 0}
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
