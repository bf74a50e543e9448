"""What a person may type about gifts, funds and charity work."""

from django import forms
from django.db.models import QuerySet

from activities.models import CharityActivity, Donation, Fund, FundEntry
from activities.models.welfare.donation import CONSENTING, DONOR_FIELDS, DonorKind
from chambers.models import Chamber, User
from redleader.records.editing import RecordForm
from redleader.records.forms import type_if_many, with_present

ONE_LINE = {"rows": 2}


def offered(user: User, kept: int | None) -> QuerySet[Chamber]:
    """Return the active chambers that a user keeps, and the one a row has."""
    return with_present(Chamber.objects.visible_to(user).active(), kept)


class OwnChamberForm(RecordForm):
    """Offers the chambers that a user keeps; the only one is filled in."""

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        chambers = offered(user, self.instance.chamber_id)
        if not self.instance.pk:
            mine = list(chambers[:2])
            if len(mine) == 1:
                self.initial["chamber"] = mine[0]
        self.fields["chamber"].queryset = chambers  # type: ignore[attr-defined]
        type_if_many(self, "chamber", "donor_chamber", "donor_enterprise")


class FundForm(OwnChamberForm):
    class Meta:
        model = Fund
        fields = ["name", "chamber", "purpose", "founded_on"]
        widgets = {"purpose": forms.Textarea(attrs=ONE_LINE)}


class FundEntryForm(RecordForm):
    class Meta:
        model = FundEntry
        fields = ["direction", "amount", "happened_on", "purpose"]


class DonationForm(OwnChamberForm):
    class Meta:
        model = Donation
        fields = [
            "chamber",
            "donor_kind",
            "donor_chamber",
            "donor_enterprise",
            "donor_name",
            "purpose",
            "form",
            "value",
            "pledged_on",
            "received_on",
            "fund",
            "recipient",
            "beneficiaries",
            "publish_consent",
            "consent_on",
            "consent_note",
        ]

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.fields["donor_chamber"].queryset = offered(  # type: ignore[attr-defined]
            user, self.instance.donor_chamber_id
        )
        funds = Fund.objects.visible_to(user)
        self.fields["fund"].queryset = funds  # type: ignore[attr-defined]

    def clean(self):
        """Report the missing or superfluous field of a constraint over several."""
        data = super().clean()
        kind = data.get("donor_kind")
        if kind:
            for field in DONOR_FIELDS.values():
                self.check_donor(kind, field, data.get(field))
        if data.get("publish_consent") and kind in CONSENTING:
            for field in ("consent_on", "consent_note"):
                if not data.get(field) and field not in self.errors:
                    label = self.fields[field].label
                    self.add_error(field, f"同意公开的，请填写{label}。")
        return data

    def check_donor(self, kind: str, field: str, value: object) -> None:
        is_asked = DONOR_FIELDS.get(DonorKind(kind)) == field
        if field in self.errors or bool(value) == is_asked:
            return
        word, label = DonorKind(kind).label, self.fields[field].label
        if is_asked:
            text = f"类别是“{word}”，请填写{label}。"
        else:
            text = f"类别是“{word}”，这里不填。"
        self.add_error(field, text)


class CharityActivityForm(OwnChamberForm):
    class Meta:
        model = CharityActivity
        fields = [
            "chamber",
            "kind",
            "title",
            "held_on",
            "people",
            "person_times",
            "value",
            "note",
        ]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("person_times", "value"):
            self.fields[name].required = False
            if not self.instance.pk:
                self.initial[name] = None

    def clean(self):
        """Empty means none, except that 人次 defaults to the number of people."""
        data = super().clean()
        if "person_times" not in self.errors and data.get("person_times") is None:
            data["person_times"] = data.get("people") or 0
        if "value" not in self.errors and data.get("value") is None:
            data["value"] = 0
        return data
