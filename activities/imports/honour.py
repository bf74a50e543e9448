"""Import past titles."""

from collections import defaultdict
from copy import copy

from django.core.exceptions import ValidationError
from django.db.models import Q

from activities.models import Award, Scheme, SchemeVersion, Site
from activities.models.scheme import HonourLevel
from activities.services.public_report import UNSTATED
from chambers.models import Branch, Chamber
from redleader.records.column import Kind
from redleader.records.search import fold
from redleader.sheets.import_columns import ImportColumn, row_column
from redleader.sheets.imports import Importer, register
from redleader.sheets.lookup import Lookup
from redleader.sheets.plan import Draft

LEVELS = {level.label: level for level in HonourLevel} | {
    level.label.removesuffix("级"): level for level in HonourLevel
}
KINDS = {Chamber: "chamber", Branch: "branch", Site: "site"}


def level(text: str, lookups) -> HonourLevel:
    if text not in LEVELS:
        raise ValidationError("：级别应为县级、市级、省级或国家级。")
    return LEVELS[text]


class Recipients(Lookup):
    """Chambers, Party organisations and sites, each found by name alone."""

    def __init__(self):
        super().__init__("商会、党组织或基地", [])
        for model in KINDS:
            for row in model.objects.only("name", "search_text", "is_demo"):
                self.found[fold(row.name)].append(row)

    def get(self, text: str):
        rows = self.found.get(fold(text), [])
        if len(rows) < 2:
            return super().get(text)
        kinds = {"chamber": "商会", "branch": "党组织", "site": "基地"}
        named = "、".join(kinds[KINDS[type(row)]] for row in rows)
        raise ValidationError(
            f"：有同名的{named}“{text[:30]}”，不能确定是哪一个，请在后台登记这一项。"
        )


class Schemes(Lookup):
    def get(self, text: str) -> Scheme:
        rows = self.found.get(fold(text))
        if not rows:
            raise ValidationError(
                f"：没有名为“{text[:30]}”的荣誉项目，请先在后台登记，或改用已有的名称。"
            )
        return rows[0]


@register
class HonourImporter(Importer):
    code, name, unit = "honours", "荣誉", "项"
    about = "以往获得的称号：四好商会、先进单位、示范基地等。"
    edition = "2026-11-24"
    model = Award
    columns = (
        row_column(
            "获得者",
            "recipient",
            width=28,
            is_required=True,
            note="商会、党组织或基地的全称。",
            example="演示·云溪商会",
            field="",
        ),
        row_column(
            "项目",
            "scheme",
            width=24,
            is_required=True,
            note="须是系统中已有的荣誉项目。",
            example="“四好”商会",
            field="",
        ),
        ImportColumn("版本", width=16, note=f"项目的版本；不填即“{UNSTATED}”。"),
        ImportColumn(
            "称号",
            width=30,
            is_required=True,
            note="文件中的称号全称。",
            field="title",
            example="全国“四好”商会",
        ),
        ImportColumn(
            "级别",
            width=10,
            is_required=True,
            choices=tuple(level.label for level in reversed(HonourLevel)),
            note="县级、市级、省级或国家级。",
            field="level",
            take=level,
            example="国家级",
        ),
        ImportColumn(
            "周期",
            width=16,
            note="来源未载明的不填。",
            field="cycle_label",
            example="2021—2022年度",
        ),
        ImportColumn(
            "授予单位",
            width=24,
            note="来源未载明的不填。",
            field="grantor",
            example="全国工商联",
        ),
        ImportColumn(
            "文号", width=22, note="来源未载明的不填。", field="document_number"
        ),
        ImportColumn("批次", width=12, note="没有批次的不填。", field="batch"),
        ImportColumn(
            "授予日期",
            Kind.DATE,
            13,
            note="年-月-日，不能晚于今天。",
            field="granted_on",
            example="2022-11-30",
        ),
        ImportColumn(
            "有效期至",
            Kind.DATE,
            13,
            note="年-月-日；没有规定的不填。",
            field="valid_until",
        ),
        ImportColumn(
            "取消日期",
            Kind.DATE,
            13,
            note="已取消的，日期、原因和文号都要填。",
            field="revoked_on",
        ),
        ImportColumn(
            "取消原因", width=24, note="没有取消的不填。", field="revocation_reason"
        ),
        ImportColumn(
            "取消文号", width=22, note="没有取消的不填。", field="revocation_document"
        ),
        ImportColumn(
            "来源",
            width=24,
            note="依据的文件、报告或网页。",
            field="source",
            example="授予文件",
        ),
    )
    key = ("chamber_id", "branch_id", "site_id", "title", "level", "cycle_label")
    same = "获得者、称号、级别、周期、文号和授予日期"
    summary = ("获得者", "称号", "级别", "周期", "文号", "授予日期")

    def lookups(self, user):
        schemes = Scheme.objects.prefetch_related("versions")
        return {"recipient": Recipients(), "scheme": Schemes("荣誉项目", schemes)}

    def offered(self):
        schemes = list(Scheme.objects.prefetch_related("versions"))
        return {
            "项目": "\n".join(scheme.name for scheme in schemes),
            "版本": "\n".join(
                f"{scheme.name}：{'、'.join(v.label for v in scheme.versions.all())}"
                for scheme in schemes
            ),
        }

    def complete(self, draft: Draft, lookups, user) -> None:
        recipient, scheme = draft.extra["获得者"], draft.extra["项目"]
        setattr(draft.row, KINDS[type(recipient)], recipient)
        draft.row.is_demo = recipient.is_demo
        label = fold(draft.extra["版本"] or UNSTATED)
        versions = {fold(version.label): version for version in scheme.versions.all()}
        if label in versions:
            draft.row.version = versions[label]
        elif label != fold(UNSTATED):
            raise ValidationError(
                f"“{scheme}”没有名为“{draft.extra['版本'][:30]}”的版本；"
                "不知道的可以不填。"
            )

    def create(self, drafts, user):
        """Also create the scheme version for titles whose source names none."""
        made: dict[int, SchemeVersion] = {}
        awards = []
        for draft in drafts:
            award, scheme = copy(draft.row), draft.extra["项目"]
            if award.version_id is None:
                if scheme.pk not in made:
                    made[scheme.pk] = unstated_version(scheme)
                award.version = made[scheme.pk]
            awards.append(award)
        Award.objects.bulk_create(awards)

    def double_key(self, draft):
        """Two rows of a file are the same award only if number and date agree, too."""
        row = draft.row
        return (*self.key_of(row), row.document_number, row.granted_on)

    def match(self, drafts, lookups):
        known: dict[tuple, list[Award]] = defaultdict(list)
        rows = [draft.row for draft in drafts]
        awards = Award.objects.filter(
            Q(chamber__in={row.chamber_id for row in rows} - {None})
            | Q(branch__in={row.branch_id for row in rows} - {None})
            | Q(site__in={row.site_id for row in rows} - {None})
        )
        for award in awards.select_related("version__scheme") if drafts else []:
            known[self.key_of(award)].append(award)
            known[self.key_of(award)[:-1]].append(award)
        for draft in drafts:
            key = self.key_of(draft.row)
            alike = (old for old in known[key] if is_same(old, draft.row))
            draft.stored = next(alike, None)
            if draft.stored is not None:
                draft.changes = self.changes(draft)
            else:
                draft.note = note_of(draft.row, known[key[:-1]])

    def changes(self, draft):
        found = super().changes(draft)
        version = draft.row.version if draft.row.version_id else None
        stated = version is not None and version.label != UNSTATED
        if stated and draft.stored.version_id != version.pk:
            found.insert(0, ("版本", str(draft.stored.version), str(version)))
        return found


def unstated_version(scheme: Scheme) -> SchemeVersion:
    """Return the scheme version of titles whose source names none."""
    known = SchemeVersion.objects.filter(scheme=scheme, label=UNSTATED).first()
    version = known or SchemeVersion(scheme=scheme, label=UNSTATED)
    if known is None:
        version.full_clean()
        version.save()
    return version


def is_same(old: Award, new: Award) -> bool:
    """Tell whether two awards of one title and cycle are the same grant.

    They are if number and date agree, or if the one that is stated does.
    """
    numbers = {old.document_number, new.document_number}
    days = {old.granted_on, new.granted_on}
    if len(numbers) == len(days) == 1:
        return True
    return (len(numbers) == 1 and "" not in numbers) or (
        len(days) == 1 and None not in days
    )


def note_of(award: Award, alike: list[Award]) -> str:
    """Point to a title of the same name that may be the same grant."""
    for old in alike:
        cycles = {old.cycle_label, award.cycle_label}
        if len(cycles) == 1 or "" in cycles:
            cycle = old.cycle_label or "年度未载明"
            return f"已有同一称号（{cycle}），请核对不是同一项。"
    return ""
