"""Funds that chambers keep, and their receipts and payments."""

from datetime import date
from decimal import Decimal

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Sum, When, Window
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from activities.models.welfare.donation import AMOUNT_ERROR, Donation, ReceiptConstraint
from chambers.models import Chamber
from redleader.records.constraints import Refuse, one_of
from redleader.records.money import MoneyField, say_money
from redleader.records.record import DemoMark, Record
from redleader.records.search import SortKeyField

OVERDRAWN = "基金余额不足：这笔变动会使某一天的余额为负，请核对日期和金额。"


class Direction(models.TextChoices):
    INCOME = "income", "收入"
    EXPENSE = "expense", "支出"


# Receipts add to a balance, payments take from it.
SIGNED = Case(When(direction=Direction.INCOME, then=F("amount")), default=-F("amount"))


class FundQuerySet(models.QuerySet["Fund"]):
    def visible_to(self, user):
        """All for staff; for a secretary those that their chambers keep."""
        if user.is_staff:
            return self
        return self.filter(chamber__in=Chamber.objects.visible_to(user))

    def with_sums(self, first: date, last: date):
        """With receipts and payments of these days, and the balance of the last.

        Each fund sums its own entries, so a page costs what its funds hold.
        """
        until = FundEntry.objects.filter(fund=OuterRef("pk"), happened_on__lte=last)
        days = until.filter(happened_on__gte=first)

        def total(entries, amount="amount"):
            sums = entries.order_by().values("fund").values(total=Sum(amount))
            return Coalesce(Subquery(sums), Decimal(0), output_field=MoneyField())

        return self.annotate(
            receipts=total(days.filter(direction=Direction.INCOME)),
            payments=total(days.filter(direction=Direction.EXPENSE)),
            balance=total(until, SIGNED),
        )

    def with_names(self):
        """With what every row of a list names."""
        return self.select_related("chamber")


@pghistory.track(exclude=["sort_key"])
class Fund(Record, DemoMark):
    """Money that a chamber keeps for one purpose.

    Its balance is never negative at the end of any day.
    """

    name = models.CharField("基金名称", max_length=60, unique=True)
    chamber = models.ForeignKey(
        Chamber, models.PROTECT, related_name="funds", verbose_name="管理商会"
    )
    purpose = models.TextField("用途", max_length=500)
    founded_on = models.DateField("设立日期")
    sort_key = SortKeyField("name")

    objects = FundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公益基金"
        ordering = ["sort_key", "pk"]
        indexes = [
            # lists of staff
            models.Index(fields=["sort_key", "id"], name="activities_fund_by_name"),
        ]
        triggers = [
            Refuse(
                name="founded_before_entries",
                operation=pgtrigger.Update,
                test="""EXISTS (SELECT 1 FROM activities_fundentry e
                    WHERE e.fund_id = NEW.id AND e.happened_on < NEW.founded_on)""",
                message="基金设立日期不能晚于已登记的收支，请核对。",
            ),
            Refuse(
                name="chamber_stays",
                operation=pgtrigger.Update,
                test="""NEW.chamber_id <> OLD.chamber_id AND (
                    EXISTS (SELECT 1 FROM activities_fundentry e
                        WHERE e.fund_id = NEW.id)
                    OR EXISTS (SELECT 1 FROM activities_donation d
                        WHERE d.fund_id = NEW.id)
                )""",
                message="基金已有收支或捐赠，不能改换管理商会。",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("workbench:fund-detail", args=[self.pk])


class FundEntryQuerySet(models.QuerySet["FundEntry"]):
    def visible_to(self, user):
        if user.is_staff:
            return self
        return self.filter(fund__chamber__in=Chamber.objects.visible_to(user))

    def receipts(self):
        return self.filter(direction=Direction.INCOME)

    def with_balance(self):
        """With the balance of the fund at the end of each entry's day."""
        return self.annotate(
            balance=Window(
                Sum(SIGNED), partition_by=F("fund"), order_by=F("happened_on").asc()
            )
        )


@pghistory.track()
class FundEntry(Record):
    """Money that a fund got or spent on one day."""

    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="entries", verbose_name="基金"
    )
    direction = models.CharField("收支", max_length=7, choices=Direction)
    amount = MoneyField("金额")
    happened_on = models.DateField("日期", default=timezone.localdate)
    purpose = models.CharField(
        "摘要或用途", max_length=120, help_text="不要填写受助人的姓名。"
    )
    donation = models.OneToOneField(
        Donation,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="receipt",
        verbose_name="对应的捐赠",
    )

    objects = FundEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "基金收支"
        ordering = ["-happened_on", "-pk"]
        constraints = [
            one_of(Direction, "direction", "收支"),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="%(app_label)s_%(class)s_amount_positive",
                violation_error_message=AMOUNT_ERROR,
            ),
        ]
        triggers = [
            Refuse(
                name="not_before_fund",
                operation=pgtrigger.Insert | pgtrigger.Update,
                # The lock also keeps the day of founding still.
                before="""PERFORM 1 FROM activities_fund
                    WHERE id = NEW.fund_id FOR NO KEY UPDATE;""",
                test="""EXISTS (SELECT 1 FROM activities_fund f
                    WHERE f.id = NEW.fund_id AND NEW.happened_on < f.founded_on)""",
                message="收支日期不能早于基金设立日期。",
            ),
            Refuse(
                name="never_overdrawn",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                # The later of two concurrent writers waits here and then sees the
                # earlier.
                before="""PERFORM 1 FROM activities_fund
                    WHERE id IN (OLD.fund_id, NEW.fund_id)
                    ORDER BY id FOR NO KEY UPDATE;""",
                test="""EXISTS (SELECT 1 FROM (
                    SELECT SUM(CASE e.direction WHEN 'income' THEN e.amount
                            ELSE -e.amount END)
                        OVER (PARTITION BY e.fund_id ORDER BY e.happened_on) AS balance
                    FROM activities_fundentry e
                    WHERE e.fund_id IN (OLD.fund_id, NEW.fund_id)
                ) days WHERE days.balance < 0)""",
                message=OVERDRAWN,
            ),
            ReceiptConstraint(
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                donations="OLD.donation_id, NEW.donation_id",
            ),
        ]
        indexes = [
            # years of the list of funds
            models.Index(fields=["happened_on"], name="activities_fundentry_day"),
            # the balance by day, in the trigger and on the page of a fund
            models.Index(
                fields=["fund", "happened_on"], name="activities_fundentry_days"
            ),
        ]

    def __str__(self):
        words = f"{self.get_direction_display()} {say_money(self.amount)}"
        return f"{self.fund} {self.happened_on} {words}"

    def get_absolute_url(self):
        return f"{self.fund.get_absolute_url()}#entry-{self.pk}"
