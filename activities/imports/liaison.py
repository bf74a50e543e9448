"""Import contacts of leaders from a spreadsheet."""

from django.core.exceptions import ValidationError

from activities.models import ContactActivity, ContactAssignment
from activities.models.liaison.contact import ContactKind
from chambers.models import Branch
from redleader.records.column import Kind
from redleader.records.editing import refuse_future
from redleader.records.search import fold
from redleader.sheets.import_columns import ImportColumn, choice_column, row_column
from redleader.sheets.imports import Importer, register
from redleader.sheets.lookup import Lookup


def key_of(post: str, branch: Branch) -> str:
    return f"{post} {branch.pk}"


@register
class ContactImporter(Importer):
    """Accepts contacts of existing assignments in force on the day."""

    code, name, unit = "contacts", "定点联系活动", "次"
    about = "领导到党组织调研、参会、走访等；先登记定点联系，再导入活动。"
    edition = "2026-11-25"
    model = ContactActivity
    for_secretaries = True
    columns = (
        ImportColumn(
            "领导职务",
            width=30,
            is_required=True,
            note="与已登记的定点联系一致，不写姓名。",
            example="演示·县领导职务一",
        ),
        row_column(
            "党组织",
            "branch",
            width=30,
            is_required=True,
            note="党组织全称。",
            example="演示·云溪商会党支部",
            field="",
        ),
        choice_column(
            "方式",
            ContactKind,
            width=12,
            is_required=True,
            field="kind",
            example="调研",
        ),
        ImportColumn(
            "日期",
            Kind.DATE,
            13,
            is_required=True,
            note="年-月-日，在定点联系的起止日期内，不能晚于今天。",
            field="held_on",
            example="2026-03-15",
        ),
        ImportColumn(
            "内容",
            width=50,
            note="可不填；只供内部使用，不公开。",
            field="summary",
            example="演示内容：到会员企业实地了解用工情况。",
        ),
    )
    key = ("assignment_id", "kind", "held_on")
    updatable = frozenset({"summary"})
    summary = ("领导职务", "党组织", "方式", "日期")

    def lookups(self, user):
        return {
            "branch": Lookup(
                "党组织", Branch.objects.visible_to(user), Branch.objects.all()
            ),
            "assignment": Lookup(
                "定点联系",
                ContactAssignment.objects.visible_to(user).by_post(),
                name=lambda row: key_of(row.post, row.branch),
            ),
        }

    def complete(self, draft, lookups, user):
        post, branch = draft.extra["领导职务"], draft.extra["党组织"]
        day = draft.row.held_on
        key = fold(key_of(post, branch))
        found = lookups["assignment"].found.get(key, [])
        covering = [row for row in found if row.covers(day)]
        if not covering:
            raise ValidationError(
                f"{day:%Y-%m-%d} 没有“{post}”与“{branch}”的定点联系，请先登记。"
            )
        draft.row.assignment = covering[0]
        draft.row.created_by = user
        draft.row.is_demo = covering[0].is_demo
        refuse_future(draft.row, held_on="日期")
