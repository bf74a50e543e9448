"""Mediators whom a committee has engaged, from the table it kept so far."""

from activities.models import MediationCommittee, Mediator
from activities.models.mediation.committee import MediatorKind, MediatorSource
from redleader.editing import refuse_future
from redleader.imports import Importer, Lookup, Taken, by_lookup, choice, register
from redleader.sheets import Kind


@register
class MediatorImporter(Importer):
    """Accounts are not in the file: the administrator links them in the back office."""

    code, name, unit = "mediators", "调解员", "名"
    about = "商会调解委员会聘任的专职、兼职调解员；案件不能导入。"
    edition = "2026-11-25"
    model = Mediator
    columns = (
        Taken(
            "姓名",
            width=14,
            is_required=True,
            note="不要填写身份证号码。",
            field="name",
            example="演示调解员",
        ),
        Taken(
            "调解委员会",
            width=30,
            is_required=True,
            note="全称，须先在后台登记。",
            field="committee",
            take=by_lookup("committee"),
            example="演示·云溪商会调解委员会",
        ),
        Taken(
            "专兼职",
            width=10,
            is_required=True,
            choices=tuple(str(label) for label in MediatorKind.labels),
            field="kind",
            take=choice(MediatorKind),
            example="兼职",
        ),
        Taken(
            "来源",
            width=14,
            is_required=True,
            choices=tuple(str(label) for label in MediatorSource.labels),
            field="source",
            take=choice(MediatorSource),
            example="律师",
        ),
        Taken(
            "聘任日期",
            Kind.DATE,
            13,
            is_required=True,
            note="年-月-日，不能晚于今天。",
            field="engaged_on",
            example="2025-03-01",
        ),
        Taken("解聘日期", Kind.DATE, 13, note="在聘的不填。", field="ended_on"),
    )
    key = ("committee_id", "name", "engaged_on")
    updatable = frozenset({"kind", "source", "ended_on"})

    def lookups(self, user):
        committees = MediationCommittee.objects.filter(ended_on__isnull=True)
        return {"committee": Lookup("调解委员会", committees)}

    def complete(self, draft, lookups, user):
        draft.row.is_demo = draft.row.committee.is_demo
        refuse_future(draft.row, engaged_on="聘任日期")
