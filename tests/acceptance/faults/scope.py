"""Whose rows a secretary sees, and whose work nobody reviews."""

from tests.acceptance.faults import Fault

OF_EXPORTS = (
    "tests/activities/test_export_scope.py"
    "::test_file_of_a_secretary_has_the_own_rows_only"
)
OF_SCOPE = "tests/activities/test_scope.py"
OWN = "tests/activities/test_own_review.py"
OF_CHAMBER = "return self.filter(chamber__in=Chamber.objects.visible_to(user))"


def scope(noun: str, file: str, address: str, before: str = OF_CHAMBER) -> Fault:
    """Return the fault that a noun's file has the rows of every chamber."""
    return Fault(
        f"scope: {noun} of other chambers leave in a file",
        file,
        before,
        "return self.all()",
        (f"{OF_EXPORTS}[workbench:{address}]",),
    )


FAULTS = [
    scope("pairings", "activities/models/pairing.py", "pairing-export"),
    scope("projects", "activities/models/project.py", "project-export"),
    scope("leads", "activities/models/lead.py", "lead-export"),
    scope(
        "applications",
        "activities/models/application/application.py",
        "application-export",
    ),
    scope("donations", "activities/models/welfare/donation.py", "donation-export"),
    scope("charity", "activities/models/welfare/charity.py", "charity-export"),
    scope("funds", "activities/models/welfare/fund.py", "fund-export"),
    scope("demands", "activities/models/liaison/demand.py", "demand-export"),
    scope(
        "liaison",
        "activities/models/liaison/contact.py",
        "liaison-export",
        "return self.filter(branch__in=Branch.objects.visible_to(user))",
    ),
    scope(
        "contacts",
        "activities/models/liaison/contact.py",
        "contact-export",
        "return self.filter(assignment__branch__in=Branch.objects.visible_to(user))",
    ),
    scope(
        "promotions",
        "activities/models/promotion.py",
        "promotion-export",
        "return self.filter(mine | Q(organiser__isnull=True))",
    ),
    Fault(
        "scope: a mediator takes out the cases of all",
        "activities/models/mediation/case.py",
        "        return self.filter(Exists(mine))\n",
        "        return self.all()\n",
        (f"{OF_EXPORTS}[workbench:mediation-export]",),
    ),
    Fault(
        "scope: entries of a foreign fund are read",
        "activities/models/welfare/fund.py",
        "return self.filter(fund__chamber__in=Chamber.objects.visible_to(user))",
        "return self.all()",
        (f"{OF_SCOPE}::test_no_secretary_reaches_a_foreign_record",),
    ),
    Fault(
        "scope: lectures of every chamber are listed",
        "activities/models/lecture/session.py",
        OF_CHAMBER,
        "return self.all()",
        (f"{OF_SCOPE}::test_each_queryset_is_narrowed_for_every_secretary",),
    ),
    Fault(
        "scope: a secretary keeps a chamber after the appointment",
        "chambers/models/appointment.py",
        "Q(ended_on__isnull=True) | Q(ended_on__gte=day)",
        "Q(ended_on__isnull=True) | Q(ended_on__isnull=False)",
        (f"{OF_SCOPE}::test_access_ends_with_the_appointment",),
    ),
    Fault(
        "review: who wrote a record accepts it",
        "redleader/records/steps.py",
        'if user.pk in (row.created_by_id, getattr(row, "submitted_by_id", None)):',
        'if user.pk == getattr(row, "submitted_by_id", None):',
        (f"{OWN}::test_nobody_reviews_what_they_wrote",),
    ),
    Fault(
        "review: who handed a record in returns it",
        "redleader/records/steps.py",
        'if user.pk in (row.created_by_id, getattr(row, "submitted_by_id", None)):',
        "if user.pk == row.created_by_id:",
        (f"{OWN}::test_nobody_reviews_what_they_handed_in",),
    ),
    Fault(
        "review: an objection is taken after the last day",
        "activities/services/objection.py",
        "if not Application.objects.in_publicity(today).filter(",
        "if not Application.objects.filter(",
        (
            "tests/activities/services/test_application.py"
            "::test_an_objection_comes_too_late_after_the_last_day",
        ),
    ),
    Fault(
        "review: an objection is answered twice",
        "activities/services/objection.py",
        "    if objection.answered_at:\n",
        "    if objection.answered_at is True:\n",
        (
            "tests/activities/services/test_application.py"
            "::test_an_answer_is_given_once",
        ),
    ),
    Fault(
        "lectures: one topic of one day is recorded twice",
        "activities/services/lecture.py",
        "    if double:\n",
        "    if double is lecture:\n",
        ("tests/activities/test_bad_inputs.py::test_double_leads_to_the_record",),
    ),
    Fault(
        "quarters: what is locked may be locked again",
        "activities/models/ledger.py",
        'fields=["year", "number"],\n'
        '                name="%(app_label)s_%(class)s_once"',
        'fields=["year", "number", "at"],\n'
        '                name="%(app_label)s_%(class)s_once"',
        ("tests/activities/models/test_ledger.py::test_ledger_constraint_is_kept",),
        also=(
            (
                "activities/migrations/0001_schema.py",
                "fields=('year', 'number'), name='activities_quarterlock_once'",
                "fields=('year', 'number', 'at'), name='activities_quarterlock_once'",
            ),
        ),
        makes_tables=True,
    ),
    Fault(
        "quarters: a change since the lock is not shown",
        "activities/services/ledger.py",
        "return self.locked is not None and self.locked != self.now",
        "return False",
        (
            "tests/activities/views/test_rule.py"
            "::test_difference_leads_to_the_row_and_who",
        ),
    ),
    Fault(
        "quarters: the label of a sensitive row is told",
        "activities/services/ledger.py",
        "elif key not in parts and not rule.is_sensitive:",
        "elif key not in parts:",
        ("tests/activities/views/test_rule.py",),
    ),
]
