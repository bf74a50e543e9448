"""Import gifts and charity activities from a chamber's spreadsheet."""

from copy import copy

from django.core.exceptions import ValidationError

from activities.models import CharityActivity, Donation, Fund, FundEntry
from activities.models.welfare.charity import COUNTS_ONLY, PEOPLE, CharityKind
from activities.models.welfare.donation import DonationMeans, DonationPurpose, DonorKind
from activities.services.welfare import receipt_of
from chambers.imports import chamber_column, own_chambers
from chambers.models import Enterprise
from redleader.records.column import Kind
from redleader.records.editing import refuse_future
from redleader.sheets.import_columns import (
    ImportColumn,
    choice_column,
    money,
    row_column,
    whole,
)
from redleader.sheets.imports import Importer, register
from redleader.sheets.lookup import Lookup

PAST_DAY = "年-月-日，不能晚于今天。"


@register
class DonationImporter(Importer):
    """Consent to publish is not imported, but recorded one by one on the form."""

    code, name, unit = "donations", "公益捐赠", "笔"
    about = "通过商会的捐赠。是否同意公开名称不从表中导入，导入后逐笔登记。"
    edition = "2026-11-25"
    model = Donation
    for_secretaries = True
    columns = (
        chamber_column("经由商会"),
        choice_column(
            "捐赠者类别",
            DonorKind,
            width=12,
            is_required=True,
            field="donor_kind",
            example="企业",
        ),
        ImportColumn(
            "捐赠者",
            width=28,
            note="商会和企业填名录中的全称，个人填姓名，匿名的不填。",
            example="演示·厚德茶业有限公司",
        ),
        choice_column(
            "用途",
            DonationPurpose,
            width=12,
            is_required=True,
            field="purpose",
            example="教育",
        ),
        choice_column(
            "形式",
            DonationMeans,
            width=8,
            is_required=True,
            field="form",
            example="现金",
        ),
        ImportColumn(
            "金额或折价（万元）",
            width=18,
            is_required=True,
            note="单位万元，最多两位小数。",
            field="value",
            take=money(),
            example="12.5",
        ),
        ImportColumn(
            "认捐日期",
            Kind.DATE,
            13,
            is_required=True,
            note=PAST_DAY,
            field="pledged_on",
            example="2026-03-01",
        ),
        ImportColumn(
            "到账日期",
            Kind.DATE,
            13,
            note="还没有到账的不填。",
            field="received_on",
            example="2026-03-15",
        ),
        row_column(
            "捐给基金",
            "fund",
            width=24,
            note="现金捐给基金的填基金名称，到账后自动记入基金收入。",
        ),
        ImportColumn("受赠单位", width=24, field="recipient", example="演示中学"),
        ImportColumn(
            "受益人数",
            width=10,
            note=COUNTS_ONLY,
            field="beneficiaries",
            take=whole("受益人数", PEOPLE),
            example="20",
        ),
    )
    key = (
        "chamber_id",
        "donor_kind",
        "donor_chamber_id",
        "donor_enterprise_id",
        "donor_name",
        "purpose",
        "value",
        "pledged_on",
    )
    summary = (
        "经由商会",
        "捐赠者",
        "用途",
        "金额或折价（万元）",
        "认捐日期",
        "到账日期",
    )

    def lookups(self, user):
        return {
            "chamber": own_chambers(user),
            "donor_enterprise": Lookup("企业", Enterprise.objects.all()),
            "fund": Lookup("基金", Fund.objects.visible_to(user), Fund.objects.all()),
        }

    def complete(self, draft, lookups, user):
        row, name = draft.row, draft.extra.get("捐赠者") or ""
        row.is_demo = row.chamber.is_demo
        if row.donor_kind == DonorKind.ANONYMOUS and name:
            raise ValidationError("类别是“匿名”，捐赠者不填。")
        if row.donor_kind != DonorKind.ANONYMOUS and not name:
            raise ValidationError("请填写捐赠者；不愿留名的，类别选“匿名”。")
        if row.donor_kind == DonorKind.CHAMBER:
            row.donor_chamber = lookups["chamber"].get(name)
        elif row.donor_kind == DonorKind.ENTERPRISE:
            row.donor_enterprise = lookups["donor_enterprise"].get(name)
        else:
            row.donor_name = name
        refuse_future(row, pledged_on="认捐日期", received_on="到账日期")

    def create(self, drafts, user):
        """Write them together with the receipts of their funds."""
        rows = Donation.objects.bulk_create([copy(draft.row) for draft in drafts])
        FundEntry.objects.bulk_create(receipt_of(row) for row in rows if row.feeds_fund)


@register
class CharityActivityImporter(Importer):
    code, name, unit = "charity-activities", "公益活动", "次"
    about = "慰问、助学、志愿服务和基层问题调解；受助人和当事人只填数字。"
    edition = "2026-11-25"
    model = CharityActivity
    for_secretaries = True
    columns = (
        chamber_column("商会"),
        choice_column(
            "类别",
            CharityKind,
            width=14,
            is_required=True,
            field="kind",
            example="慰问",
        ),
        ImportColumn(
            "名称",
            width=30,
            is_required=True,
            note="不要写受助人、当事人的姓名。",
            field="title",
            example="演示·重阳敬老",
        ),
        ImportColumn(
            "日期",
            Kind.DATE,
            13,
            is_required=True,
            note=PAST_DAY,
            field="held_on",
            example="2026-03-15",
        ),
        ImportColumn(
            "人数",
            width=9,
            note=f"一个人只计一次，不清楚可不填。{COUNTS_ONLY}",
            field="people",
            take=whole("人数", PEOPLE),
            example="30",
        ),
        ImportColumn(
            "人次",
            width=9,
            note="同一个人每次都计，不能少于人数；没有填的按人数计。",
            take=whole("人次", PEOPLE),
            example="45",
        ),
        ImportColumn(
            "慰问金和物品折价（万元）",
            width=22,
            note="单位万元，没有的不填。",
            field="value",
            take=money(),
            example="3.5",
        ),
        ImportColumn("说明", width=40, note="只供内部使用。", field="note"),
    )
    key = ("chamber_id", "kind", "title", "held_on")
    summary = ("商会", "类别", "名称", "日期", "人次")

    def lookups(self, user):
        return {"chamber": own_chambers(user)}

    def complete(self, draft, lookups, user):
        row, times = draft.row, draft.extra.get("人次")
        row.is_demo = row.chamber.is_demo
        row.person_times = (row.people or 0) if times is None else times
        refuse_future(row, held_on="日期")
