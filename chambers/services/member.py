"""One person, one row: duplicates found, merged, split again; data erased."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from chambers.models import Consent, Member, MemberMerge, User
from chambers.models.member import ERASED, MemberKind, PartyStatus
from redleader.records.forms import check_deferred_constraints, refusal
from redleader.records.history import columns, text_of
from redleader.records.search import SEARCH_COLUMNS, fold

SUSPECTS = 200  # pairs of one page
SCANNED = 3000  # persons examined for one page of suspects
# What a kept member takes over if it has no value of its own.
TAKEN_OVER = {
    "phone": "",
    "note": "",
    "enterprise_id": None,
    "branch_id": None,
    "party_status": PartyStatus.UNKNOWN,
}
# What a merged row gives up, so that it is not counted twice.
GIVEN_UP = {"phone": "", "branch_id": None, "party_status": PartyStatus.UNKNOWN}


# --- Doubles


@dataclass(frozen=True)
class Suspects:
    """Two rows that may be the same person, and the evidence for it."""

    first: Member
    second: Member
    reasons: list[str]

    @property
    def both(self) -> list[Member]:
        return [self.first, self.second]


# Pairs with the same name who share a firm or chamber, and pairs with the same phone.
# Namesakes with different phones are two persons. All namesakes of some persons are
# gathered first, through an index, then joined with each other.
PAIRS = """
    WITH persons AS MATERIALIZED (
        SELECT id, split_part(search_text, ' ', 1) COLLATE "C" AS name, phone
        FROM chambers_member WHERE id = ANY(%s)
    ), namesakes AS MATERIALIZED (
        SELECT b.id, n.name, b.phone, b.enterprise_id,
            b.id IN (SELECT id FROM persons) AS is_first
        FROM (SELECT DISTINCT name FROM persons) n JOIN chambers_member b
            ON split_part(b.search_text, ' ', 1) COLLATE "C" = n.name
        WHERE b.kind = 'person' AND b.merged_into_id IS NULL AND b.erased_on IS NULL
    ), places AS MATERIALIZED (
        SELECT b.*, m.chamber_id
        FROM namesakes b JOIN chambers_membership m ON m.member_id = b.id
    )
    SELECT a.id, b.id FROM namesakes a JOIN namesakes b
        USING (name, enterprise_id)
    WHERE a.is_first AND a.id < b.id AND (a.phone = '' OR b.phone = '')
    UNION
    SELECT a.id, b.id FROM places a JOIN places b USING (name, chamber_id)
    WHERE a.is_first AND a.id < b.id AND (a.phone = '' OR b.phone = '')
    UNION
    SELECT a.id, b.id FROM persons a JOIN chambers_member b
        ON a.phone = b.phone AND a.id < b.id
    WHERE a.phone <> '' AND b.phone <> ''
    AND b.kind = 'person' AND b.merged_into_id IS NULL AND b.erased_on IS NULL
    LIMIT %s
"""


def suspects(persons: Iterable[Member]) -> list[Suspects]:
    """Return pairs with the same name or phone among persons and those after them.

    Likely ones first. Namesakes in one chamber leave the list once their notes tell
    them apart.
    """
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, [[row.pk for row in persons], 5 * SUSPECTS])
        keys = cursor.fetchall()
    rows = Member.objects.select_related("enterprise").prefetch_related("chambers")
    members = rows.in_bulk({key for pair in keys for key in pair})
    found = []
    for one, other in sorted(keys):
        first, second = members[one], members[other]
        reasons = reasons_of(first, second)
        if reasons:
            found.append(Suspects(first, second, reasons))
    found.sort(key=lambda pair: (-len(pair.reasons), pair.first.sort_key))
    return found[:SUSPECTS]


def reasons_of(first: Member, second: Member) -> list[str]:
    reasons = []
    if first.phone and first.phone == second.phone:
        reasons.append("同一手机号")
    if fold(first.name) != fold(second.name):
        return reasons
    if first.phone and second.phone and first.phone != second.phone:
        return []
    told_apart = first.note and second.note and fold(first.note) != fold(second.note)
    if told_apart and not reasons:
        return []
    if first.enterprise_id and first.enterprise_id == second.enterprise_id:
        reasons.append("同一企业")
    if set(first.chambers.all()) & set(second.chambers.all()):
        reasons.append("同一商会")
    return ["同名", *reasons] if reasons else []


# --- Merging


@transaction.atomic
def merge_members(kept: Member, merged: Member, *, user: User) -> MemberMerge:
    """Move everything of one person to another, and record each change.

    Raises ValidationError if the two cannot be the same, or a constraint forbids it.
    """
    rows = Member.objects.select_for_update().order_by("pk")
    both = {row.pk: row for row in rows.filter(pk__in=[kept.pk, merged.pk])}
    kept, merged = both[kept.pk], both[merged.pk]
    refuse_merge(kept, merged)
    merge = MemberMerge.objects.create(kept=kept, merged=merged, by=user)
    changes: list[dict[str, Any]] = []
    given_up = GIVEN_UP | {"merged_into_id": kept.pk}
    taken = {
        name: getattr(merged, name)
        for name, empty in TAKEN_OVER.items()
        if getattr(kept, name) == empty and getattr(merged, name) != empty
    }
    changes.append(change(merged, given_up))
    if taken:
        changes.append(change(kept, taken))
    try:
        for row, field in rows_of(merged):
            changes += move(row, field, kept)
        check_deferred_constraints()
    except IntegrityError as error:
        raise ValidationError(refusal(error), code="rule") from error
    merge.changes = changes
    merge.save(update_fields=["changes"])
    return merge


def refuse_merge(kept: Member, merged: Member) -> None:
    message = ""
    if kept.pk == merged.pk:
        message = "不能把会员合并到自己。"
    elif {kept.kind, merged.kind} != {MemberKind.PERSON}:
        message = "只有个人会员可以合并。"
    elif kept.merged_into_id or merged.merged_into_id:
        message = "其中一人已经合并到另一会员。"
    elif kept.erased_on or merged.erased_on:
        message = "已清除个人信息的会员不能合并。"
    elif hasattr(kept, "user") and hasattr(merged, "user"):
        message = "两人都有账号，请管理员先处理其中一个账号。"
    if message:
        raise ValidationError(message, code="merge")


def change(row: models.Model, values: dict[str, Any]) -> dict[str, Any]:
    """Change some columns of a row; return what undoes it."""
    old = {name: plain(getattr(row, name)) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=[name.removesuffix("_id") for name in values])
    return {
        "kind": "changed",
        "model": row._meta.label_lower,
        "pk": row.pk,
        "old": old,
        "new": {name: plain(value) for name, value in values.items()},
    }


def plain(value: Any) -> Any:
    """Return a value as JSON stores it."""
    return value.isoformat() if isinstance(value, date) else value


def rows_of(member: Member) -> Iterator[tuple[models.Model, str]]:
    """Yield every row that refers to a member, of whatever model."""
    for relation in Member._meta.related_objects:
        model, field = relation.related_model, relation.field
        # History events and the merges themselves stay.
        if model in (Member, MemberMerge) or not hasattr(model, "events"):
            continue
        for row in model._base_manager.filter(**{field.name: member}).order_by("pk"):
            yield row, field.name


def move(row: Any, field: str, kept: Member) -> list[dict[str, Any]]:
    """Move one row; merge it with a colliding row, or leave it where it is."""
    record = {"model": row._meta.label_lower, "pk": row.pk, "field": field}
    try:
        with transaction.atomic():
            type(row)._base_manager.filter(pk=row.pk).update(**{field: kept})
        return [record | {"kind": "moved"}]
    except IntegrityError:
        alike = colliding(row, field, kept)
    if alike is None:
        return [record | {"kind": "left"}]
    deleted = record | {"kind": "deleted", "row": serializers.serialize("json", [row])}
    values = {}
    if hasattr(row, "ended_on"):
        values = {
            "started_on": min(row.started_on, alike.started_on),
            "ended_on": latest(row.ended_on, alike.ended_on),
        }
    row.delete()
    return [deleted, change(alike, values)] if values else [deleted]


def latest(first: date | None, second: date | None) -> date | None:
    return max(first, second) if first and second else None


def colliding(row: Any, field: str, kept: Member) -> Any:
    """Return the kept member's row that says the same; none for a roll.

    A roll is closed with its lecture, so a person listed twice stays listed twice.
    """
    if not (hasattr(row, "ended_on") or isinstance(row, Consent)):
        return None
    times = {field, "id", "started_on", "ended_on", "given_on", "document"}
    same = {
        column.name: getattr(row, column.attname)
        for column in row._meta.concrete_fields
        if column.name not in times | {"withdrawn_on"}
    }
    alike = type(row)._base_manager.filter(**{field: kept}, **same).order_by("pk")
    if isinstance(row, Consent):
        return alike.filter(withdrawn_on__isnull=True).first()
    for one in alike:
        starts = row.ended_on is None or one.started_on <= row.ended_on
        if starts and (one.ended_on is None or row.started_on <= one.ended_on):
            return one
    return None


def preview_merge(kept: Member, merged: Member, *, user: User) -> list[str]:
    """Show what a merge would do, by doing it and rolling back."""
    with transaction.atomic():
        merge = merge_members(kept, merged, user=user)
        lines = lines_of(merge)
        transaction.set_rollback(True)
    return lines


WORDS = {
    "moved": "移到保留的会员",
    "left": "留在并入的会员（保留的会员在同一处已有一行，人数不变）",
    "deleted": "与保留的会员的同一项合为一项",
    "changed": "改动",
}


def lines_of(merge: MemberMerge) -> list[str]:
    """Describe the changes of a merge in words."""
    lines = []
    for record in merge.changes:
        model = apps.get_model(record["model"])
        noun = str(model._meta.verbose_name)
        if record["kind"] == "changed":
            who = {merge.kept_id: "保留的会员", merge.merged_id: "并入的会员"}
            whose = who.get(record["pk"], noun) if model is Member else noun
            lines += [f"{whose}：{text}" for text in said(model, record)]
            continue
        if record["kind"] == "deleted":
            row = next(serializers.deserialize("json", record["row"])).object
        else:
            row = model._base_manager.filter(pk=record["pk"]).first()
        lines.append(f"{noun}“{row}”：{WORDS[record['kind']]}")
    return lines


def said(model: type[models.Model], record: dict[str, Any]) -> list[str]:
    """Describe the changed columns of a row, old → new."""
    lines = []
    for name, new in record["new"].items():
        field = columns(model)[name.removesuffix("_id")]
        old = record["old"][name]
        if old != new:
            before, now = text_of(old, field) or "空", text_of(new, field) or "空"
            lines.append(f"{field.verbose_name}：{before} → {now}")
    return lines


@transaction.atomic
def undo_merge(merge: MemberMerge, *, user: User) -> MemberMerge:
    """Restore what was before; raises ValidationError if later changes conflict."""
    merge = MemberMerge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at:
        raise ValidationError("这次合并已经撤销。", code="undone")
    if not merge.changes:
        raise ValidationError("个人信息已经清除，不能撤销合并。", code="erased")
    conflicts = list(conflicts_of(merge))
    if conflicts:
        raise ValidationError(
            ["合并以后又有改动，不能撤销：", *conflicts], code="conflict"
        )
    try:
        for record in reversed(merge.changes):
            restore(record, merge)
        check_deferred_constraints()
    except IntegrityError as error:
        raise ValidationError(
            f"合并以后又有改动，不能撤销：{refusal(error)}", code="conflict"
        ) from error
    merge.undone_by, merge.undone_at = user, timezone.now()
    merge.save(update_fields=["undone_by", "undone_at"])
    return merge


def conflicts_of(merge: MemberMerge) -> Iterator[str]:
    """Yield what has changed since the merge."""
    for record in merge.changes:
        if record["kind"] in ("deleted", "left"):
            continue
        model = apps.get_model(record["model"])
        noun = model._meta.verbose_name
        row = model._base_manager.filter(pk=record["pk"]).first()
        if row is None:
            yield f"{noun}（编号 {record['pk']}）已经删除。"
        elif record["kind"] == "moved":
            if getattr(row, f"{record['field']}_id") != merge.kept_id:
                yield f"{noun}“{row}”已经改到另一人。"
        else:
            for name, value in record["new"].items():
                if plain(getattr(row, name)) != value:
                    field = columns(model)[name.removesuffix("_id")]
                    yield f"{noun}“{row}”的{field.verbose_name}已经修改。"


def restore(record: dict[str, Any], merge: MemberMerge) -> None:
    model = apps.get_model(record["model"])
    rows = model._base_manager.filter(pk=record["pk"])
    if record["kind"] == "moved":
        rows.update(**{record["field"]: merge.merged_id})
    elif record["kind"] == "changed":
        rows.update(**record["old"])
    elif record["kind"] == "deleted":
        for stored in serializers.deserialize("json", record["row"]):
            stored.save(force_insert=True)


# --- Erasing


@transaction.atomic
def erase_member(member: Member, *, actor: str, reason: str) -> int:
    """Clear what identifies a person, from the row and from the whole history.

    Memberships, posts and rolls stay, so every count stays the same. A function of the
    database clears the history and records it. Returns the number of events cleared.
    """
    member = Member.objects.select_for_update().get(pk=member.pk)
    if member.kind != MemberKind.PERSON:
        raise ValidationError("只有个人会员有个人信息可清除。", code="kind")
    if member.erased_on:
        raise ValidationError("该会员的个人信息已经清除。", code="erased")
    if member.merged_into_id:
        raise ValidationError("该会员已合并，请清除保留的会员。", code="merged")
    if hasattr(member, "user"):
        raise ValidationError(
            "该会员有账号，请先在账号中取消对应的会员。", code="account"
        )
    today = timezone.localdate()
    cleared = 0
    for one in [member, *member.merged.select_for_update()]:
        one.name, one.note, one.phone, one.enterprise = ERASED, "", "", None
        one.erased_on = today
        cleared_fields = ["name", "note", "phone", "enterprise", "erased_on"]
        one.save(update_fields=[*cleared_fields, *SEARCH_COLUMNS])
        MemberMerge.objects.filter(models.Q(kept=one) | models.Q(merged=one)).update(
            changes=[]
        )
        for consent in Consent.objects.live().filter(member=one):
            consent.withdrawn_on = max(today, consent.given_on)
            consent.save(update_fields=["withdrawn_on"])
        with connection.cursor() as cursor:
            cursor.execute("SELECT erase_member(%s, %s, %s)", [one.pk, actor, reason])
            cleared += cursor.fetchone()[0]
    return cleared
