"""What may be wrong with an installation, in plain words, and what to do about it."""

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlparse

from django.conf import settings
from django.core import checks
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import Error

from redleader import signing
from redleader.backup.archive import backups_in, project_version
from redleader.backup.database_checks import WITH_DATABASE, check_database
from redleader.backup.findings import BAD, Check, Finding, bad, good, missing, notice
from redleader.cluster import replica
from redleader.uploads.storage import RemoteStorage, sync

LEAST_SPACE, SMALL_SPACE = 1e9, 5e9  # bytes
STALE, TOO_OLD = 26, 7 * 24  # hours since the last backup


def check_mode() -> Finding:
    if settings.DEMO:
        return notice(
            "运行方式",
            "这是演示库，不是正式安装",
            "正式安装请设置 REDLEADER_DEMO=0 和 DATABASE_URL。",
        )
    return good("运行方式", f"正式安装，{project_version()} 版")


def check_store(store: RemoteStorage) -> Finding:
    """Store an object, read it without and with the key, and delete it."""
    what = "对象存储"
    advice = "核对 S3_ 开头的各个变量；桶须是私有的。"
    probe = f"doctor/{secrets.token_hex(8)}"
    try:
        store.save(probe, ContentFile(b"x" * 4096))
        try:
            is_open = store.is_open_to_strangers(probe)
            with store.open(probe) as file:
                is_whole = len(file.read()) == 4096
        finally:
            store.delete(probe)
    except OSError as error:
        return bad(what, f"用不了：{error}", advice)
    if is_open:
        return bad(what, "没有密钥的人也能取走照片", advice)
    if not is_whole:
        return bad(what, "取回的文件与放入的不同", advice)
    return good(what, "可写，可读，没有密钥的人读不到")


def check_shared_cache() -> Finding:
    """Warn if several web processes would each count attempts on their own."""
    what, cache = "共用缓存", caches["default"]
    if isinstance(cache, LocMemCache):
        return good(what, "未设置 CACHE_URL，只适合一个网站进程")
    key = f"doctor-{secrets.token_hex(8)}"
    try:
        cache.set(key, "x", 60)
        found = getattr(cache, "reaches", lambda: True)() and cache.get(key)
        cache.delete(key)
    except Error as error:
        return bad(what, f"用不了：{error}", "运行 manage.py createcachetable。")
    if not found:
        return bad(what, "连不上，各进程暂时各自计数", "核对 CACHE_URL，启动 Redis。")
    return good(what, "各个网站进程共用")


def check_replica() -> Finding:
    what = "只读副本"
    if "replica" not in settings.DATABASES:
        return good(what, "未设置 REPLICA_URL，都读主库")
    advice = "核对 REPLICA_URL，看副本的 PostgreSQL 日志；公开页面此时读主库。"
    watch = replica.ReplicaWatch()
    watch.look()
    if not watch.is_up:
        return bad(what, "连不上", advice)
    if not watch.is_fresh:
        limit = settings.REPLICA_MAX_LAG
        return notice(what, f"落后超过 {limit:g} 秒，或没有在接收", advice)
    return good(what, "连得上，跟得上")


def check_media() -> Finding:
    if isinstance(storages["default"], RemoteStorage):
        return check_store(storages["default"])
    what, root = "文件目录", Path(settings.MEDIA_ROOT)
    advice = f"建立 {root}，主人为运行网站的账户，权限 750。"
    if not root.is_dir():
        return missing(what, f"{root} 不存在", advice)
    try:
        with tempfile.NamedTemporaryFile(dir=root, prefix=".doctor-") as file:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            sync(root)
    except OSError as error:
        return bad(what, f"{root} 写不进去：{error.strerror}", advice)
    if root.stat().st_mode & 0o007:
        return notice(what, f"{root} 本机任何账户都能进入", f"chmod o= {root}")
    return good(what, f"{root} 可写，可落盘")


def check_space() -> Finding:
    what = "磁盘空间"
    places = {Path(settings.MEDIA_ROOT), settings.VAR_DIR, Path(tempfile.gettempdir())}
    free = {
        path: shutil.disk_usage(path).free for path in sorted(places) if path.exists()
    }
    path, least = min(free.items(), key=lambda item: item[1])
    text = f"{path} 还剩 {least / 1e9:.1f} GB"
    advice = "清理旧备份和日志，或扩大磁盘；不要删除 media 中的文件。"
    if least < LEAST_SPACE:
        return bad(what, text, advice)
    if least < SMALL_SPACE:
        return notice(what, text, advice)
    return good(what, text)


def check_secret_key() -> Finding:
    key = settings.SECRET_KEY
    if len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-"):
        return bad(
            "SECRET_KEY",
            "太短或太简单，登录状态可以伪造",
            "换成 50 位以上的随机字符：python3 -c 'import secrets; "
            "print(secrets.token_urlsafe(60))'；换后所有人须重新登录。",
        )
    return good("SECRET_KEY", f"{len(key)} 位")


def check_hosts() -> Finding:
    hosts = settings.ALLOWED_HOSTS
    if not hosts or "*" in hosts:
        return bad(
            "ALLOWED_HOSTS",
            "没有设置" if not hosts else "写了 *，任何域名都能冒充本站",
            "写本站的域名，逗号分隔，如 ALLOWED_HOSTS=www.example.cn。",
        )
    return good("ALLOWED_HOSTS", "、".join(hosts))


def check_site_url() -> Finding:
    what, address = "SITE_URL", urlparse(settings.SITE_URL)
    advice = "写本站的正式网址，如 SITE_URL=https://www.example.cn。"
    if not settings.SITE_URL:
        return missing(what, "没有设置，证书上印不出固定的核验网址", advice)
    if address.scheme != "https":
        return missing(what, f"{settings.SITE_URL} 不是 https", advice)
    if address.hostname not in settings.ALLOWED_HOSTS:
        return bad(
            what, f"{address.hostname} 不在 ALLOWED_HOSTS 中", "两处写同一个域名。"
        )
    return good(what, settings.SITE_URL)


def check_signing_key() -> Finding:
    what = "SIGNING_KEY_FILE"
    try:
        signing.signing_key()
    except signing.SigningKeyError as error:
        return notice(
            what,
            str(error),
            "证书照常核验，只是没有机器可读的证书；"
            "生成：openssl genpkey -algorithm ed25519 -out 文件，权限 600。",
        )
    path = Path(settings.SIGNING_KEY_FILE)
    if path.stat().st_mode & 0o007:
        return bad(what, f"{path} 本机任何账户都能读", f"chmod 640 {path}")
    return good(what, str(path))


def check_https() -> Finding:
    what = "HTTPS"
    messages = checks.run_checks(include_deployment_checks=True)
    serious = [message for message in messages if message.level >= checks.WARNING]
    if serious:
        first = serious[0]
        return missing(
            what,
            f"check --deploy 有 {len(serious)} 条警告，第一条 {first.id}：{first.msg}",
            "正式安装设 REDLEADER_DEMO=0 后这些都已打开；不要在代码中改回去。",
        )
    if not settings.AXES_IPWARE_PROXY_COUNT:
        return notice(
            what,
            "PROXY_COUNT 是 0：网站认为前面没有反向代理",
            "用 deploy/nginx 的，设 PROXY_COUNT=1，否则会反复跳转，"
            "历史中的地址也都是 127.0.0.1。",
        )
    return good(what, "强制 HTTPS，HSTS 和安全的 Cookie 都已打开")


def check_networks() -> Finding:
    if not settings.STAFF_NETWORKS:
        return notice(
            "STAFF_NETWORKS",
            "没有设置，程序不限制工作人员从哪里登录",
            "写单位的网段；只由 nginx 限制的，确认 admin-networks.conf 已写好。",
        )
    return good("STAFF_NETWORKS", "、".join(map(str, settings.STAFF_NETWORKS)))


def check_static() -> Finding:
    what = "静态文件"
    if settings.DEMO:
        return good(what, "演示直接使用源文件")
    root = Path(settings.STATIC_ROOT or "")
    if not (root / "staticfiles.json").exists():
        return bad(
            what,
            f"{root} 中没有收集好的样式和脚本",
            "manage.py collectstatic --noinput，然后重新启动网站。",
        )
    return good(what, str(root))


def check_backup() -> Finding:
    what, place = "备份", os.environ.get("BACKUP_DIR", "")
    advice = (
        "设置 BACKUP_DIR 和 BACKUP_RECIPIENTS_FILE，"
        "启用 redleader-backup.timer；当场可执行 make backup。"
    )
    if not place:
        return missing(what, "没有设置 BACKUP_DIR", advice)
    try:
        newest = next(iter(backups_in(Path(place))), None)
        hours = (time.time() - newest.stat().st_mtime) / 3600 if newest else 0
    except OSError as error:
        return bad(what, f"读不到 {place}：{error.strerror}", advice)
    if newest is None:
        return bad(what, f"{place} 中一份备份也没有", advice)
    text = f"最近一份 {newest.name}，{hours:.0f} 小时前"
    advice = "看 journalctl -u redleader-backup，改正后手动备份一次。"
    if hours > TOO_OLD:
        return bad(what, text, advice)
    if hours > STALE:
        return notice(what, text, advice)
    return good(what, text)


NO_DATABASE: list[Check] = [
    check_mode,
    check_media,
    check_shared_cache,
    check_replica,
    check_space,
    check_secret_key,
    check_hosts,
    check_site_url,
    check_signing_key,
    check_https,
    check_networks,
    check_static,
    check_backup,
]


def examine(*, also: Iterable[Check] = ()) -> list[Finding]:
    """Run every check; without a database, those that need none."""
    first = attempt(check_database)
    lists = [*NO_DATABASE, *([] if first.state == BAD else [*WITH_DATABASE, *also])]
    return [first, *map(attempt, lists)]


def attempt(check: Check) -> Finding:
    """Run a check; if it crashes, that is a finding too."""
    try:
        return check()
    except Exception as error:
        name = check.__name__.removeprefix("check_")
        return bad(name, f"检查时出错：{error}", "先解决上面的问题，再执行一次。")
