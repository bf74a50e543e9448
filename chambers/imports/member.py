"""Members of the chambers: who they are, and which chambers they joined when."""

from collections import defaultdict
from copy import copy

from django.db.models import Model, Q

from chambers.forms.member import PhoneField
from chambers.imports import chamber_column, own_chambers
from chambers.models import Branch, Enterprise, Member, Membership
from chambers.models.member import MemberKind, PartyStatus
from redleader.records.column import Kind
from redleader.sheets.import_columns import (
    ImportColumn,
    by_field,
    choice_column,
    row_column,
)
from redleader.sheets.imports import Importer, register, shown
from redleader.sheets.incoming import SheetLimits, cell_error, chunks
from redleader.sheets.lookup import Lookup
from redleader.sheets.plan import Draft

CHAMBER, STARTED, ENDED = "商会", "入会日期", "退会日期"


@register
class MemberImporter(Importer):
    """A line is a membership; the person or firm behind it is stored once.

    A person is recognised by name and phone, or by name within the chamber.
    """

    code, name, unit = "members", "会员", "名"
    about = "企业会员和个人会员的名单，一行一人（或一家企业）在一个商会的会籍。"
    edition = "2026-11-25"
    model = Member
    for_secretaries = True
    limits = SheetLimits(rows=50_000, characters=20_000_000, seconds=10)
    columns = (
        chamber_column(CHAMBER, field=""),
        choice_column(
            "类别",
            MemberKind,
            width=12,
            is_required=True,
            field="kind",
            example="个人会员",
        ),
        ImportColumn(
            "姓名或名称",
            width=26,
            is_required=True,
            note="企业会员填企业全称。不要填写身份证号码。",
            field="name",
            example="演示人员",
        ),
        ImportColumn(
            "区分说明",
            width=20,
            note="同一商会有同名的人时必填，如单位或职务。",
            field="note",
        ),
        ImportColumn(
            "手机号",
            width=16,
            note="11 位；格式为文本。同名同号的人只登记一次。",
            field="phone",
            take=by_field(PhoneField(required=False)),
        ),
        row_column("所属企业", "enterprise", width=28, note="须已在企业名录中。"),
        choice_column(
            "党员状况",
            PartyStatus,
            width=14,
            note="只供内部使用；企业会员不填。",
            field="party_status",
        ),
        row_column("所在党组织", "branch", width=28, note="企业会员不填。"),
        ImportColumn(STARTED, Kind.DATE, 13, is_required=True, example="2022-05-01"),
        ImportColumn(ENDED, Kind.DATE, 13, note="仍是会员的不填。"),
    )
    updatable = frozenset({"note", "phone", "enterprise", "party_status", "branch"})
    summary = (CHAMBER, "类别", "姓名或名称", "区分说明", STARTED, ENDED)

    def lookups(self, user):
        return {
            "chamber": own_chambers(user, active=False),
            "enterprise": Lookup("企业", Enterprise.objects.defer("search_grams")),
            "branch": Lookup(
                "党组织", Branch.objects.visible_to(user), Branch.objects.all()
            ),
            "last": (last_key(Member), last_key(Membership)),
        }

    def complete(self, draft, lookups, user):
        row = draft.row
        row.is_demo = draft.extra[CHAMBER].is_demo
        if is_firm(row) and row.enterprise_id is None:
            row.enterprise = lookups["enterprise"].get(row.name)

    def double_key(self, draft):
        row = draft.row
        told_apart = row.enterprise_id if is_firm(row) else row.phone or row.note
        return (draft.extra[CHAMBER].pk, row.kind, row.name, told_apart)

    def double_words(self, draft):
        return "同一手机号" if draft.row.phone else "商会、名称和区分说明都相同"

    # --- Who is there already

    def match(self, drafts, lookups):
        member, membership = lookups["last"]
        persons, firms = known_members(drafts, member)
        memberships = known_memberships(membership, persons, firms)
        for draft in drafts:
            row, chamber = draft.row, draft.extra[CHAMBER]
            alike = firms[row.enterprise_id] if is_firm(row) else persons[row.name]
            inside = [m for m in alike if memberships[m.pk, chamber.pk]]
            member = alike[0] if is_firm(row) and alike else None
            if not is_firm(row):
                member = self.person(draft, alike, inside)
            draft.extra["member"] = member
            here = memberships[member.pk, chamber.pk] if member else []
            membership = next((m for m in here if overlaps(m, draft)), None)
            draft.extra["membership"] = membership
            if membership is not None:
                draft.stored = member
                draft.changes = self.changes(draft)
            elif member is not None:
                draft.note = "系统中已有，只新增这一项会籍。"
            elif alike:
                draft.note = f"另有 {len(alike)} 个同名的会员，请核对不是同一人。"

    def person(self, draft, alike, inside) -> Member | None:
        row = draft.row
        same = [m for m in alike if row.phone and m.phone == row.phone]
        if same:
            return same[0]
        possible = [
            m
            for m in inside
            if not (row.phone and m.phone) and (not row.note or row.note == m.note)
        ]
        if len(possible) > 1:
            draft.extra["unclear"] = len(possible)
        return possible[0] if len(possible) == 1 else None

    def changes(self, draft):
        found = super().changes(draft)
        membership = draft.extra["membership"]
        for label, old in [
            (STARTED, membership.started_on),
            (ENDED, membership.ended_on),
        ]:
            new = draft.extra[label]
            if new and new != old:
                found.append((label, shown(old), shown(new)))
        return found

    def contradictions(self, draft):
        if "unclear" in draft.extra:
            text = (
                f"：本商会有 {draft.extra['unclear']} 个同名的会员，"
                "请填写手机号或区分说明。"
            )
            return [cell_error(draft.number, "姓名或名称", text)]
        return [e for e in super().contradictions(draft) if e.label != ENDED]

    # --- Writing

    def create(self, drafts, user):
        """Make the new members, once each, then the memberships."""
        fresh = [draft for draft in drafts if draft.extra["member"] is None]
        rows = [draft.row for draft in fresh]
        # A member of an earlier line of the same file has been stored by now.
        stored = Member.objects.filter(
            Q(kind=MemberKind.PERSON, phone__in={r.phone for r in rows} - {""})
            | Q(
                kind=MemberKind.FIRM,
                enterprise__in={r.enterprise_id for r in rows if is_firm(r)},
            )
        )
        members = {identity(member, member.pk): member for member in stored}
        made: dict[tuple, Member] = {}
        for draft in fresh:
            key = identity(draft.row, -draft.number)
            if key not in members and key not in made:
                made[key] = copy(draft.row)
        Member.objects.bulk_create(list(made.values()))
        members |= made
        Membership.objects.bulk_create(
            Membership(
                member=draft.extra["member"]
                or members[identity(draft.row, -draft.number)],
                chamber=draft.extra[CHAMBER],
                started_on=draft.extra[STARTED],
                ended_on=draft.extra[ENDED],
            )
            for draft in drafts
        )

    def update(self, drafts, user):
        super().update(drafts, user)
        ended = []
        for draft in drafts:
            if any(label == ENDED for label, _, _ in draft.changes):
                membership = copy(draft.extra["membership"])
                membership.ended_on = draft.extra[ENDED]
                ended.append(membership)
        if ended:
            Membership.objects.bulk_update(ended, ["ended_on"])


def is_firm(member: Member) -> bool:
    return member.kind == MemberKind.FIRM


def identity(member: Member, otherwise: int) -> tuple:
    """Return what makes two rows the same member."""
    if is_firm(member):
        return ("firm", member.enterprise_id)
    return (member.name, member.phone) if member.phone else ("", otherwise)


def last_key(model: type[Model]) -> int:
    """Return the highest key; rows that the import writes itself have higher ones."""
    keys = model._base_manager.order_by("-pk").values_list("pk", flat=True)
    return keys.first() or 0


def known_members(drafts: list[Draft], last: int):
    """Return stored persons by name, and firms by enterprise, up to a key."""
    persons: dict[str, list[Member]] = defaultdict(list)
    firms: dict[int | None, list[Member]] = defaultdict(list)
    known = Member.objects.defer("search_text", "search_grams", "sort_key")
    known = known.filter(pk__lte=last).order_by("pk")
    names = {draft.row.name for draft in drafts if not is_firm(draft.row)}
    for member in known.filter(kind=MemberKind.PERSON, name__in=names):
        persons[member.name].append(member)
    enterprises = {draft.row.enterprise_id for draft in drafts if is_firm(draft.row)}
    for member in known.filter(kind=MemberKind.FIRM, enterprise__in=enterprises):
        firms[member.enterprise_id].append(member)
    return persons, firms


def known_memberships(last: int, *members) -> dict[tuple[int, int], list[Membership]]:
    """Return the memberships of members up to a key, by member and chamber."""
    found: dict[tuple[int, int], list[Membership]] = defaultdict(list)
    keys = [m.pk for group in members for rows in group.values() for m in rows]
    for some in chunks(keys):  # Very many persons may share a name.
        for row in Membership.objects.filter(member__in=some, pk__lte=last):
            found[row.member_id, row.chamber_id].append(row)
    return found


def overlaps(membership: Membership, draft: Draft) -> bool:
    """Tell whether a line means this membership, or a part of its time."""
    start, end = draft.extra[STARTED], draft.extra[ENDED]
    return (membership.ended_on is None or start <= membership.ended_on) and (
        end is None or membership.started_on <= end
    )
