import json
import time
from dataclasses import asdict
from pathlib import Path

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from redleader.audit.verify import verify


class Command(BaseCommand):
    help = "核对审计链和全部历史，指出第一处不符；有不符时以 1 结束。"

    def add_arguments(self, parser):
        parser.add_argument(
            "--anchor", action="append", default=[], help="库外保存的锚点文件"
        )
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args, anchor, json: bool, **options):
        began = time.monotonic()
        verdict = verify(anchors=[one for path in anchor for one in read(path)])
        seconds = time.monotonic() - began
        if json:
            self.stdout.write(as_json(verdict, seconds))
        else:
            self.stdout.write(
                f"审计 {verdict.entries} 条（{verdict.first}–{verdict.last}），"
                f"历史 {verdict.events} 行，{seconds:.1f} 秒。"
            )
            if verdict.rewritten:
                count, first = len(verdict.rewritten), verdict.rewritten[0]
                self.stdout.write(f"有记录的改写历史 {count} 处，第一处：{first}。")
            if verdict.unreadable:
                self.stdout.write(
                    f"{verdict.unreadable} 行的表结构已变，只核对是否存在。"
                )
            if not anchor:
                self.stdout.write("没有用锚点核对：末尾被整段删去时看不出来。")
            if verdict.ok:
                self.stdout.write("相符。")
        if not verdict.ok:
            if json:
                raise SystemExit(1)
            raise CommandError(f"不符：{verdict.fault}。")


def read(path: str) -> list[dict]:
    """Return the anchors of a file: one JSON object on each line."""
    try:
        lines = Path(path).read_text().splitlines()
        anchors = [json.loads(line) for line in lines if line.strip()]
        return [{"id": int(one["id"]), "hash": str(one["hash"])} for one in anchors]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"锚点文件 {path} 无法读取：{error}") from error


def as_json(verdict, seconds: float) -> str:
    facts = asdict(verdict) | {"ok": verdict.ok, "seconds": round(seconds, 3)}
    return json.dumps(facts, ensure_ascii=False)
