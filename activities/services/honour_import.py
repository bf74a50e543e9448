"""Titles of the past from a workbook: planned first, then written all or nothing."""

from collections import defaultdict
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from openpyxl import Workbook

from activities.models import Award, Scheme, SchemeVersion, Site
from activities.models.scheme import HonourLevel
from activities.services.report import UNSTATED
from chambers.models import Branch, Chamber
from redleader.forms import MaxLength, PlainText, refusal
from redleader.search import fold, syllables
from redleader.sheets import (
    BLANKS,
    Column,
    Kind,
    RowError,
    SheetLimits,
    SheetRow,
    add_table,
    cell_error,
    new_book,
)

EDITION = "2026-11-24"  # of the template; change it together with the columns
LIMITS = SheetLimits(rows=1000)
LEVELS = {level.label: level for level in HonourLevel} | {
    level.label.removesuffix("级"): level for level in HonourLevel
}
PROBLEM = "问题"  # the column that a marked copy adds

COLUMNS = [
    Column("获得者", width=28, is_required=True, note="商会、党组织或基地的全称。"),
    Column("项目", width=24, is_required=True, note="须是系统中已有的荣誉项目。"),
    Column("版本", width=16, note=f"项目的版本；不填即“{UNSTATED}”。"),
    Column("称号", width=30, is_required=True, note="文件中的称号全称。"),
    Column(
        "级别",
        width=10,
        is_required=True,
        choices=tuple(level.label for level in reversed(HonourLevel)),
        note="县级、市级、省级或国家级。",
    ),
    Column("周期", width=16, note="来源未载明的不填。"),
    Column("授予单位", width=24, note="来源未载明的不填。"),
    Column("文号", width=22, note="来源未载明的不填。"),
    Column("批次", width=12, note="没有批次的不填。"),
    Column("授予日期", Kind.DATE, 13, note="年-月-日，不能晚于今天。"),
    Column("有效期至", Kind.DATE, 13, note="年-月-日；没有规定的不填。"),
    Column("取消日期", Kind.DATE, 13, note="已取消的，日期、原因和文号都要填。"),
    Column("取消原因", width=24, note="没有取消的不填。"),
    Column("取消文号", width=22, note="没有取消的不填。"),
    Column("来源", width=24, note="依据的文件、报告或网页。"),
]
EXAMPLE = {
    "获得者": "演示·云溪商会",
    "项目": "“四好”商会",
    "称号": "全国“四好”商会",
    "级别": "国家级",
    "周期": "2021—2022年度",
    "授予单位": "全国工商联",
    "授予日期": "2022-11-30",
    "来源": "授予文件",
}
# Columns that are fields of the award as they stand.
FIELDS = {
    "称号": "title",
    "周期": "cycle_label",
    "授予单位": "grantor",
    "文号": "document_number",
    "批次": "batch",
    "授予日期": "granted_on",
    "有效期至": "valid_until",
    "取消日期": "revoked_on",
    "取消原因": "revocation_reason",
    "取消文号": "revocation_document",
    "来源": "source",
}
LENGTHS = {column.name: column.max_length for column in Award._meta.fields}
LABELS = {name: label for label, name in FIELDS.items()}
Recipient = Chamber | Branch | Site
RECIPIENTS: dict[str, type[Recipient]] = {
    "chamber": Chamber,
    "branch": Branch,
    "site": Site,
}
KINDS = {"chamber": "商会", "branch": "党组织", "site": "基地"}


@dataclass(frozen=True)
class Planned:
    """A row that can be written, or that is there already."""

    number: int
    award: Award
    note: str = ""


@dataclass
class ImportPlan:
    """What a file would do; nothing of it is done while there are errors."""

    new: list[Planned] = field(default_factory=list)
    same: list[Planned] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


class Names:
    """Every name that a row may mention, read with a few queries for all rows."""

    def __init__(self) -> None:
        self.recipients: dict[str, list[tuple[str, Recipient]]] = defaultdict(list)
        for kind, model in RECIPIENTS.items():
            for row in model.objects.only("name", "search_text", "is_demo"):
                self.recipients[fold(row.name)].append((kind, row))
        self.schemes = {
            fold(scheme.name): scheme
            for scheme in Scheme.objects.prefetch_related("versions")
        }
        self.versions = {
            (scheme.pk, fold(version.label)): version
            for scheme in self.schemes.values()
            for version in scheme.versions.all()
        }
        self.guesses: dict[str, list[str]] = {}

    def near(self, text: str) -> list[str]:
        """Return at most three names that sound or look like a text."""
        if text not in self.guesses:
            self.guesses[text] = self.find_near(text)
        return self.guesses[text]

    def find_near(self, text: str) -> list[str]:
        names = [row for rows in self.recipients.values() for _, row in rows]
        word, sound = fold(text)[:80], "".join(syllables(text[:80]))
        found = [
            row.name
            for row in names
            if len(word) > 1 and any(part in row.search_text for part in (word, sound))
        ]
        if found:
            return found[:3]
        sounds = {"".join(syllables(row.name)): row.name for row in names}
        return [sounds[key] for key in get_close_matches(sound, sounds, cutoff=0.8)]

    def unstated(self, scheme: Scheme) -> SchemeVersion:
        """Return the version of a title whose source names none; it may be new."""
        key = (scheme.pk, fold(UNSTATED))
        return self.versions.setdefault(
            key, SchemeVersion(scheme=scheme, label=UNSTATED)
        )


def plan_awards(rows: list[SheetRow]) -> ImportPlan:
    """Say of each row whether it is new, there already, or refused and why."""
    names, plan = Names(), ImportPlan()
    drafts: list[tuple[int, Award]] = []
    for row in rows:
        award, errors = draft_award(row, names)
        plan.errors += errors
        if award and not errors:
            drafts.append((row.number, award))
    known = known_awards([award for _, award in drafts])
    first: dict[tuple, int] = {}
    for number, award in drafts:
        key = (*base_key(award), award.document_number, award.granted_on)
        if key in first:
            text = (
                f"第 {first[key]} 行与第 {number} 行重复"
                "（获得者、称号、级别、周期、文号和授予日期都相同）。"
            )
            plan.errors.append(RowError(number, "", text))
            continue
        first[key] = number
        alike = known[base_key(award)]
        same = next((old for old in alike if is_same(old, award)), None)
        if same is None:
            plan.new.append(Planned(number, award, note_of(award, known)))
        elif differences(same, award):
            plan.errors += [
                cell_error(
                    number,
                    label,
                    f"与系统中已有的同一荣誉不同：系统中为“{old}”，文件中为“{new}”。"
                    "请核对；需要更正的，在后台修改后再导入。",
                )
                for label, old, new in differences(same, award)
            ]
        else:
            plan.same.append(Planned(number, award))
    errors = rules_of([(planned.number, planned.award) for planned in plan.new])
    bad = {error.row for error in errors}
    plan.new = [planned for planned in plan.new if planned.number not in bad]
    plan.errors += errors
    plan.errors.sort(key=lambda error: error.row)
    return plan


@transaction.atomic
def import_awards(rows: list[SheetRow]) -> ImportPlan:
    """Write the new rows of a file; what is there already stays as it is.

    Two who confirm at once write one after the other, so the later finds the rows
    of the earlier. Raises ValidationError when any row is refused by now.
    """
    list(Scheme.objects.select_for_update(no_key=True).order_by("pk"))
    plan = plan_awards(rows)
    if plan.errors:
        texts = [error.text for error in plan.errors[:50]]
        raise ValidationError(
            ["预览以后数据有了变化，本次未导入任何数据，请重新上传。", *texts],
            code="changed",
        )
    awards = [planned.award for planned in plan.new]
    save_versions(awards)
    Award.objects.bulk_create(awards)
    return plan


def draft_award(row: SheetRow, names: Names) -> tuple[Award | None, list[RowError]]:
    """Return the award that a row describes, and what is wrong with its words."""
    errors: list[RowError] = []
    number = row.number
    texts = {
        label: " ".join(value.strip(BLANKS).split())
        for label, value in row.values.items()
        if isinstance(value, str)
    }
    lacking = [c.label for c in COLUMNS if c.is_required and not texts.get(c.label)]
    for label in lacking:
        errors.append(cell_error(number, label, f"：请填写{label}。"))
    award = Award(
        **{
            name: texts[label] if label in texts else row.values.get(label)
            for label, name in FIELDS.items()
        }
    )
    for label in texts.keys() & FIELDS.keys() - set(lacking):
        length = LENGTHS[FIELDS[label]]
        for check in (PlainText(label), MaxLength(length, label)):
            try:
                check(texts[label])
            except ValidationError as error:
                errors.append(cell_error(number, label, f"：{error.messages[0]}"))
    if "获得者" not in lacking:
        errors += set_recipient(award, number, texts["获得者"], names)
    if "级别" not in lacking and texts["级别"] in LEVELS:
        award.level = LEVELS[texts["级别"]]
    elif "级别" not in lacking:
        text = "：级别应为县级、市级、省级或国家级。"
        errors.append(cell_error(number, "级别", text))
    if "项目" not in lacking:
        errors += set_version(award, number, texts["项目"], texts["版本"], names)
    return award, errors


def set_recipient(award: Award, number: int, name: str, names: Names) -> list[RowError]:
    found = names.recipients.get(fold(name), [])
    if len(found) == 1:
        ((kind, recipient),) = found
        setattr(award, kind, recipient)
        award.is_demo = recipient.is_demo
        return []
    short = name if len(name) <= 30 else name[:29] + "…"
    if found:
        kinds = "、".join(KINDS[kind] for kind, _ in found)
        text = f"：有同名的{kinds}“{short}”，不能确定是哪一个，请在后台登记这一项。"
    else:
        text = f"：没有名为“{short}”的商会、党组织或基地。"
        near = names.near(name)
        if near:
            text += f"是不是“{'”或“'.join(near)}”？"
    return [cell_error(number, "获得者", text)]


def set_version(
    award: Award, number: int, name: str, label: str, names: Names
) -> list[RowError]:
    scheme = names.schemes.get(fold(name))
    if scheme is None:
        text = f"：没有名为“{name[:30]}”的荣誉项目，请先在后台登记，或改用已有的名称。"
        return [cell_error(number, "项目", text)]
    if not label or fold(label) == fold(UNSTATED):
        award.version = names.unstated(scheme)
        return []
    version = names.versions.get((scheme.pk, fold(label)))
    if version is None:
        text = f"：“{scheme}”没有名为“{label[:30]}”的版本；不知道的可以不填。"
        return [cell_error(number, "版本", text)]
    award.version = version
    return []


def save_versions(awards: list[Award]) -> list[SchemeVersion]:
    """Save the versions that are missing; return them."""
    versions = {id(award.version): award.version for award in awards}.values()
    made = [version for version in versions if version._state.adding]
    for version in made:
        version.full_clean()
        version.save()
    return made


def rules_of(drafts: list[tuple[int, Award]]) -> list[RowError]:
    """Let the database itself try the rows against every rule, and undo it all.

    A thousand rows are one statement this way; ``full_clean`` asks a dozen
    queries of each row.
    """
    errors: list[RowError] = []
    able = []
    for number, award in drafts:
        try:
            award.clean_fields(exclude={"version", *RECIPIENTS})
        except ValidationError as error:
            errors += row_errors(number, error)
        else:
            able.append((number, award))
    if not able:
        return errors
    with transaction.atomic():
        made = save_versions([award for _, award in able])
        errors += try_rows(able)
        transaction.set_rollback(True)
    for version in made:
        version.pk, version._state.adding = None, True
    return errors


def try_rows(drafts: list[tuple[int, Award]]) -> list[RowError]:
    """Insert rows; halve what is refused until each bad row stands alone."""
    try:
        with transaction.atomic():
            Award.objects.bulk_create([copy(award) for _, award in drafts])
    except IntegrityError as error:
        if len(drafts) > 1:
            middle = len(drafts) // 2
            return [*try_rows(drafts[:middle]), *try_rows(drafts[middle:])]
        ((number, award),) = drafts
        return broken_rules(number, award, error)
    return []


def broken_rules(number: int, award: Award, error: IntegrityError) -> list[RowError]:
    """Return every rule that a row breaks; the database stops at the first."""
    try:
        award.validate_constraints()
    except ValidationError as invalid:
        return row_errors(number, invalid)
    return [RowError(number, "", f"第 {number} 行：{refusal(error)}")]


def row_errors(number: int, error: ValidationError) -> list[RowError]:
    return [
        cell_error(number, LABELS[name], f"：{text}")
        if name in LABELS
        else RowError(number, "", f"第 {number} 行：{text}")
        for name, texts in error.message_dict.items()
        for text in texts
    ]


def base_key(award: Award) -> tuple:
    """Return who holds what title of which cycle."""
    return (*title_key(award), award.cycle_label)


def title_key(award: Award) -> tuple:
    return (
        award.chamber_id,
        award.branch_id,
        award.site_id,
        award.title,
        award.level,
    )


def known_awards(drafts: list[Award]) -> dict[tuple, list[Award]]:
    """Return the awards of the same recipients, by title with and without cycle."""
    found: dict[tuple, list[Award]] = defaultdict(list)
    awards = Award.objects.filter(
        Q(chamber__in={award.chamber_id for award in drafts} - {None})
        | Q(branch__in={award.branch_id for award in drafts} - {None})
        | Q(site__in={award.site_id for award in drafts} - {None})
    )
    for award in awards.select_related("version"):
        found[base_key(award)].append(award)
        found[title_key(award)].append(award)
    return found


def is_same(old: Award, new: Award) -> bool:
    """Tell whether two awards of one title and cycle are the same grant.

    They are when number and date agree, or when one of the two, stated, does.
    """
    numbers = {old.document_number, new.document_number}
    days = {old.granted_on, new.granted_on}
    if len(numbers) == len(days) == 1:
        return True
    return (len(numbers) == 1 and "" not in numbers) or (
        len(days) == 1 and None not in days
    )


def differences(old: Award, new: Award) -> list[tuple[str, str, str]]:
    """Return (column, in the system, in the file); an empty cell states nothing."""
    found = []
    is_stated = new.version.label != UNSTATED
    if is_stated and old.version_id != new.version_id:
        found.append(("版本", str(old.version), str(new.version)))
    for label, name in FIELDS.items():
        before, after = getattr(old, name), getattr(new, name)
        if after and before != after:
            found.append((label, shown(before), shown(after)))
    return found


def shown(value: str | date | None) -> str:
    return str(value or "空")[:40]


def note_of(award: Award, known: dict[tuple, list[Award]]) -> str:
    """Point to a title of the same name that may be the same grant."""
    for old in known[title_key(award)]:
        cycles = {old.cycle_label, award.cycle_label}
        if len(cycles) == 1 or "" in cycles:
            cycle = old.cycle_label or "年度未载明"
            return f"已有同一称号（{cycle}），请核对不是同一项。"
    return ""


def template_book() -> Workbook:
    """Return the empty table, and a sheet that says how it is filled in."""
    book = new_book()
    add_table(book, "荣誉导入", COLUMNS, [])
    schemes = list(Scheme.objects.prefetch_related("versions"))
    offered = {
        "项目": "\n".join(scheme.name for scheme in schemes),
        "版本": "\n".join(
            f"{scheme.name}：{'、'.join(v.label for v in scheme.versions.all())}"
            for scheme in schemes
        ),
        "级别": "\n".join(level.label for level in reversed(HonourLevel)),
    }
    guide = [
        Column("列", width=14, value=lambda column: column.label),
        Column("必填", width=8, value=lambda c: "是" if c.is_required else "否"),
        Column("怎么填", width=40, value=lambda column: column.note),
        Column("可填的内容", width=50, value=lambda c: offered.get(c.label, "")),
        Column("示例", width=28, value=lambda c: EXAMPLE.get(c.label, "")),
    ]
    lines = [
        f"模板 {EDITION} 版。请填写“荣誉导入”表，一行一项，最多 {LIMITS.rows} 行。",
        "不要改动表头；同一个文件可以重复上传，已有的荣誉不会重复登记。",
    ]
    add_table(book, "填写说明", guide, COLUMNS, title="填写说明", lines=lines)
    return book


def marked_book(rows: list[SheetRow], errors: list[RowError]) -> Workbook:
    """Return the rows as they came, with each fault coloured and put in words."""
    faults: dict[int, list[RowError]] = defaultdict(list)
    for error in errors:
        faults[error.row].append(error)

    def cell(label):
        return lambda row: row.values.get(label)

    def is_marked(row: SheetRow, column: Column) -> bool:
        named = {error.label for error in faults[row.number]}
        return column.label in named or (column.label == PROBLEM and bool(named))

    columns = [
        Column(
            column.label,
            column.kind,
            column.width,
            cell(column.label),
            column.is_required,
            column.choices,
        )
        for column in COLUMNS
    ]
    words = Column(
        PROBLEM,
        width=70,
        value=lambda row: "\n".join(error.text for error in faults[row.number]),
    )
    book = new_book()
    add_table(book, "荣誉导入", [*columns, words], rows, is_marked=is_marked)
    return book
