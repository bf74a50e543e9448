"""Who held and holds which post."""

from collections import defaultdict

from django.core.exceptions import ValidationError

from chambers.forms.member import PhoneField
from chambers.imports import chamber_column
from chambers.models import Appointment, Branch, Chamber, Member, Membership, Post
from redleader.records.column import Kind
from redleader.records.search import fold
from redleader.sheets.import_columns import (
    ImportColumn,
    by_field,
    choice_column,
    row_column,
)
from redleader.sheets.imports import Importer, register
from redleader.sheets.lookup import Lookup


class Persons(Lookup):
    """Persons by name; namesakes are told apart by whatever else is known."""

    def __init__(self):
        persons = Member.objects.filter(kind="person").defer("search_grams")
        super().__init__("个人会员", persons, name=lambda member: member.name)
        self.chambers = defaultdict(set)
        for member, chamber in Membership.objects.values_list("member", "chamber"):
            self.chambers[member].add(chamber)

    def one(self, name: str, *, phone: str, note: str, chamber, branch) -> Member:
        """Return the one person meant, or raise ValidationError."""
        rows = self.found.get(fold(name), [])
        for narrowed in (
            [m for m in rows if phone and m.phone == phone],
            [m for m in rows if note and fold(m.note) == fold(note)],
            [m for m in rows if chamber and chamber.pk in self.chambers[m.pk]],
            [m for m in rows if branch and m.branch_id == branch.pk],
        ):
            if len(narrowed) == 1 and not (phone and narrowed[0].phone != phone):
                return narrowed[0]
        if len(rows) > 1:
            raise ValidationError(
                {
                    "member": f"有 {len(rows)} 个同名的会员“{name[:30]}”，"
                    "请填写手机号或区分说明。"
                }
            )
        if rows and phone and rows[0].phone not in ("", phone):
            raise ValidationError(
                {"member": f"会员“{name[:30]}”在系统中的手机号与文件中的不同，请核对。"}
            )
        try:
            return self.get(name)
        except ValidationError as error:
            text = error.messages[0].removeprefix("：")
            raise ValidationError({"member": text}) from error


@register
class AppointmentImporter(Importer):
    """Only staff import posts, because posts give access."""

    code, name, unit = "appointments", "任职", "项"
    about = "商会和党组织的任职；任职人须已是个人会员。账号权限随任职而定。"
    edition = "2026-11-25"
    model = Appointment
    columns = (
        ImportColumn("任职人", width=14, is_required=True, example="演示人员"),
        ImportColumn(
            "手机号",
            width=16,
            note="有同名的人时用来区分。",
            take=by_field(PhoneField(required=False)),
        ),
        ImportColumn("区分说明", width=20, note="有同名的人时用来区分。"),
        choice_column(
            "职务", Post, width=14, is_required=True, field="post", example="会长"
        ),
        chamber_column(
            "商会",
            width=28,
            is_required=False,
            note="商会职务填商会，党组织职务填党组织。",
        ),
        row_column("党组织", "branch", width=28),
        ImportColumn(
            "任职起",
            Kind.DATE,
            13,
            is_required=True,
            field="started_on",
            example="2022-05-01",
        ),
        ImportColumn("任职止", Kind.DATE, 13, note="现任的不填。", field="ended_on"),
    )
    key = ("member_id", "post", "chamber_id", "branch_id", "started_on")
    same = "任职人、职务、组织、任职起"
    updatable = frozenset({"ended_on"})
    summary = ("任职人", "职务", "商会", "党组织", "任职起", "任职止")

    def lookups(self, user):
        return {
            "person": Persons(),
            "chamber": Lookup("商会", Chamber.objects.all()),
            "branch": Lookup("党组织", Branch.objects.all()),
        }

    def complete(self, draft, lookups, user):
        row, extra = draft.row, draft.extra
        row.member = lookups["person"].one(
            extra["任职人"],
            phone=extra["手机号"] or "",
            note=extra["区分说明"] or "",
            chamber=row.chamber,
            branch=row.branch,
        )
