"""What may be wrong with the database of an installation."""

import shutil
import subprocess
import time

import pgtrigger
from django.db import Error, connection

from redleader import database
from redleader.backup import upgrade
from redleader.backup.findings import Check, Finding, bad, good, notice

CLOCK_DRIFT = 5  # seconds


def ask(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def check_database() -> Finding:
    config = connection.settings_dict
    place = config["HOST"] or config["OPTIONS"].get("host") or "本机"
    try:
        [(number, version)] = ask(
            "SELECT current_setting('server_version_num')::int,"
            " current_setting('server_version')"
        )
    except Error as error:
        return bad(
            "数据库",
            f"连不上 {place} 的数据库 {config['NAME']}：{str(error).strip()}",
            "确认 PostgreSQL 已启动（systemctl status postgresql），"
            "并核对 DATABASE_URL 中的主机、端口、库名、角色和密码。",
        )
    if number // 10000 < database.MIN_MAJOR:
        return bad(
            "数据库",
            f"PostgreSQL 是 {version} 版",
            f"升级到 {database.MIN_MAJOR} 版或更新。",
        )
    with connection.cursor() as cursor:
        warning = database.check_ctype(cursor)
    if warning:
        return notice("数据库", warning, "见手册“建立数据库”。")
    return good("数据库", f"PostgreSQL {version}，{place}")


def check_migrations() -> Finding:
    if found := upgrade.faults(connection.alias):
        return bad("表结构", found[0].msg, found[0].hint or "")
    return good("表结构", "迁移都已执行")


def check_role() -> Finding:
    what = "数据库角色"
    advice = (
        "网站须用 deploy/roles.sql 建的 redleader 角色连接，"
        "表归 redleader_owner 所有；核对 DATABASE_URL，然后重新执行 migrate。"
    )
    [(role, mighty)] = ask(
        "SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls"
        " OR rolreplication FROM pg_roles WHERE rolname = current_user"
    )
    if mighty:
        return bad(what, f"{role} 有管理数据库的权力", advice)
    [(owned,)] = ask(
        "SELECT count(*) FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace"
        " AND pg_has_role(current_user, relowner, 'USAGE')"
    )
    if owned:
        return bad(what, f"{role} 是 {owned} 张表的主人，可以关掉其中的规则", advice)
    [(writable,)] = ask(
        "SELECT count(*) FROM pg_class c JOIN pg_attribute a"
        " ON a.attrelid = c.oid AND a.attname = 'pgh_label'"
        " WHERE c.relkind = 'r'"
        " AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
    )
    if writable:
        return bad(what, f"{role} 能改写 {writable} 张历史表", advice)
    return good(what, f"{role}，不能改表结构，不能改历史")


def check_triggers() -> Finding:
    found = dict(ask("SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"))
    wanted = [trigger.get_pgid(model) for model, trigger in pgtrigger.registered()]
    absent = [name for name in wanted if name not in found]
    disabled = [name for name in wanted if found.get(name) == "D"]
    if absent or disabled:
        first = (absent + disabled)[0]
        return bad(
            "触发器",
            f"缺少 {len(absent)} 个，停用 {len(disabled)} 个，第一个是 {first}",
            "缺少的：manage.py pgtrigger install（以 redleader_owner 连接）；"
            "停用的：查明是谁停用的，再由数据库管理员 ALTER TABLE … ENABLE TRIGGER。",
        )
    return good("触发器", f"{len(wanted)} 个都在起作用")


def check_durability() -> Finding:
    what = "落盘"
    off = [
        name
        for name, value in ask(
            "SELECT name, setting FROM pg_settings WHERE name IN"
            " ('fsync', 'full_page_writes', 'synchronous_commit')"
        )
        if value == "off"
    ]
    if off:
        return bad(
            what,
            f"PostgreSQL 关掉了 {'、'.join(off)}，断电会丢记录",
            "在 postgresql.conf 中改为 on，重新载入。",
        )
    [(mode,)] = ask("SELECT current_setting('archive_mode')")
    if mode == "off":
        return notice(
            what,
            "没有归档 WAL，只能恢复到上一次备份的时刻",
            "需要恢复到任意一秒的，见手册“恢复到某一秒”。",
        )
    [(failing,)] = ask(
        "SELECT last_failed_time > coalesce(last_archived_time, '-infinity')"
        " FROM pg_stat_archiver"
    )
    if failing:
        return bad(
            what,
            "最近一次归档 WAL 失败了",
            "看 PostgreSQL 的日志，检查归档目录的空间和权限。",
        )
    return good(what, "提交即落盘，WAL 有归档")


def check_clock() -> Finding:
    what = "时钟"
    [(moment,)] = ask("SELECT extract(epoch FROM clock_timestamp())")
    drift = abs(float(moment) - time.time())
    if drift > CLOCK_DRIFT:
        return bad(
            what,
            f"网站与数据库的时钟相差 {drift:.0f} 秒",
            "两台机器都打开时间同步（timedatectl set-ntp true）。",
        )
    if synchronised() is False:
        return notice(
            what,
            "本机没有与时间服务器同步",
            "timedatectl set-ntp true，或指定内网的时间服务器。",
        )
    return good(what, f"与数据库相差 {drift:.1f} 秒")


def synchronised() -> bool | None:
    """Tell whether the system clock is synchronised; None if unknown."""
    program = shutil.which("timedatectl")
    if not program:
        return None
    done = subprocess.run(
        [program, "show", "--property=NTPSynchronized", "--value"],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    return {"yes": True, "no": False}.get(done.stdout.strip())


WITH_DATABASE: list[Check] = [
    check_migrations,
    check_role,
    check_triggers,
    check_durability,
    check_clock,
]
