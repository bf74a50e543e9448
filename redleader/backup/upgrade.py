"""Whether the tables are those of this program: asked by all who rely on it.

A migration may replace steps whose files are gone. Where a database has done only
some of them, Django leaves that migration out, with all it would make, and says
nothing. So what the database has recorded is compared with the files themselves,
not with Django's plan.
"""

from collections.abc import Set
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Key = tuple[str, str]  # app and name of a migration

# The last program with every step that the first migrations of 0.1.0 replace.
LAST_WITH_STEPS = "0.1.0 的提交 0c7afa7"


def recorded(using: str) -> set[Key]:
    """Return the migrations that a database says were done."""
    return {*MigrationRecorder(connections[using]).applied_migrations()}


def pending(done: Set[Key]) -> list[Key]:
    """Return the migrations of this program that are not done yet, in their order."""
    graph = MigrationLoader(None).graph
    order = [key for leaf in graph.leaf_nodes() for key in graph.forwards_plan(leaf)]
    return [
        key
        for key in dict.fromkeys(order)
        if not {*(graph.nodes[key].replaces or [key])} <= done
    ]


def obstacles(done: Set[Key]) -> list[checks.CheckMessage]:
    """Return why this program cannot bring such a database up to date, if it cannot."""
    known = MigrationLoader(None).disk_migrations
    found: list[checks.CheckMessage] = [
        checks.Error(
            f"本机没有 {config.label} 的迁移文件",
            hint="程序文件不完整，请重新取得这一版的全部文件。",
            id="redleader.E001",
        )
        for config in apps.get_app_configs()
        if any(config.get_models()) and not any(config.label == app for app, _ in known)
    ]
    every = {*known}
    for migration in known.values():
        steps = {*migration.replaces}
        every |= steps
        if lacking := sorted(steps - done - known.keys() if steps & done else []):
            found.append(
                checks.Error(
                    f"数据库停在更早的程序的中间版本，还没有做 {'.'.join(lacking[0])} "
                    f"等 {len(lacking)} 个迁移，本机没有这些文件",
                    hint=f"先用 {LAST_WITH_STEPS} 的程序执行一次 migrate"
                    "（备份先用它恢复），再换成这一版。",
                    id="redleader.E002",
                )
            )
    # What others made may have lost its files after it was done.
    lagging = {app for app, _ in pending(done)} | ours()
    if unknown := sorted(key for key in done - every if key[0] in lagging):
        found.append(
            checks.Error(
                f"数据库来自更新的程序，本机没有 {'.'.join(unknown[0])} "
                f"等 {len(unknown)} 个迁移",
                hint="换用做过这些迁移的版本；退回旧版须用升级前的备份恢复。",
                id="redleader.E003",
            )
        )
    return found


def ours() -> set[str]:
    """Return the apps of this project."""
    return {
        config.label
        for config in apps.get_app_configs()
        if Path(config.path).parent == settings.BASE_DIR
    }


def faults(using: str = "default") -> list[checks.CheckMessage]:
    """Return why a database is not what this program works with."""
    done = recorded(using)
    found = obstacles(done)
    if not found and (late := pending(done)):
        found.append(
            checks.Error(
                f"有 {len(late)} 个迁移没有执行，第一个是 {'.'.join(late[0])}",
                hint="停止网站后执行 manage.py migrate，再启动。",
                id="redleader.E004",
            )
        )
    return found


def words(found: list[checks.CheckMessage]) -> str:
    return "\n".join(f"{message.msg}。{message.hint}" for message in found)


def check_obstacles(
    *, databases: list[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Refuse by a system check, which runs before ``migrate`` looks at its plan."""
    return [fault for using in databases or [] for fault in obstacles(recorded(using))]


def require_current() -> None:
    """Refuse to start a site on other tables than those of this program."""
    try:
        found = faults()
    except Error:  # It answers later; until then every page says so.
        return
    if found:
        raise ImproperlyConfigured(words(found))
