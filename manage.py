#!/usr/bin/env python
"""Django's command line; starts the local database when there is no other."""

import os
import sys
from pathlib import Path


def main():
    from django.core.exceptions import ImproperlyConfigured

    from redleader import database

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "redleader.settings")
    os.environ.setdefault("REDLEADER_DB_ROLE", database.role_for(sys.argv))
    # Without any configuration this is the demo, so every command acts on it.
    if sys.argv[1:2] == ["demo"]:
        os.environ["REDLEADER_DEMO"] = "1"
    demo = os.environ.get("REDLEADER_DEMO", "1").lower() not in ("0", "false", "no")
    informative = {"help", "--help", "-h", "--version", "version"} & set(sys.argv[1:])
    try:
        if not informative:
            database.ensure_running(os.environ, Path(__file__).parent, demo=demo)
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except (
        ImproperlyConfigured,
        database.NoPostgresError,
        database.StartFailedError,
    ) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(3)


if __name__ == "__main__":
    main()
