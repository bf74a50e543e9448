"""What counts, and what of it is too small to be told."""

from tests.acceptance.faults import Fault

STATES = (
    "tests/activities/counting/test_states.py::test_each_state_counts_as_its_rule_says",
)
OF_RULES = "tests/activities/counting/test_rules.py"
OF_SMALL = "tests/activities/services/test_small_numbers.py"
OF_PAGES = "tests/activities/views/test_rule.py"
OF_FIGURES = "tests/activities/services/test_figure.py"
COUNTING = "activities/counting/__init__.py"
MEDIATION = "activities/services/mediation.py"
DISCLOSURE = "activities/services/disclosure.py"

FAULTS = [
    Fault(
        "counting: returned lectures count and are public",
        "activities/models/lecture/kinds.py",
        "PUBLIC_STATES = [LectureState.ACCEPTED, LectureState.ARCHIVED]",
        "PUBLIC_STATES = [LectureState.ACCEPTED, LectureState.ARCHIVED,"
        " LectureState.RETURNED]",
        STATES,
    ),
    Fault(
        "counting: archived lectures count no more",
        "activities/models/lecture/kinds.py",
        "PUBLIC_STATES = [LectureState.ACCEPTED, LectureState.ARCHIVED]",
        "PUBLIC_STATES = [LectureState.ACCEPTED]",
        STATES,
    ),
    Fault(
        "counting: an intent is a pairing",
        "activities/models/pairing.py",
        "COUNTED = [PairingState.PAIRED,",
        "COUNTED = [PairingState.INTENT, PairingState.PAIRED,",
        STATES,
    ),
    Fault(
        "counting: a lead that failed was never valid",
        "activities/models/lead.py",
        "    LeadState.LANDED,\n    LeadState.FAILED,\n]",
        "    LeadState.LANDED,\n]",
        STATES,
    ),
    Fault(
        "counting: cases that were refused are accepted",
        "activities/models/mediation/case.py",
        "return self.filter(accepted_on__isnull=False)",
        "return self.exclude(state=CaseState.REGISTERED)",
        STATES,
    ),
    Fault(
        "counting: a pledge is a donation",
        "activities/models/welfare/donation.py",
        "return self.filter(received_on__isnull=False)",
        "return self.filter(pledged_on__isnull=False)",
        (
            "tests/activities/models/test_welfare.py"
            "::test_only_consenting_donors_of_received_gifts_are_thanked_by_pinyin",
        ),
    ),
    Fault(
        "counting: money of rural projects is that of return projects",
        "activities/counting/project.py",
        "project__state__in=COUNTED, project__is_return=True",
        "project__state__in=COUNTED",
        (
            "tests/activities/sums/test_tally.py"
            "::test_sums_follow_the_other_table_of_a_number",
        ),
        makes_tables=True,
    ),
    Fault(
        "counting: a chamber gets the numbers of all",
        COUNTING,
        "        if self.chamber:\n"
        "            rows = rows.filter(**{chamber: self.chamber})\n",
        "",
        (f"{OF_RULES}::test_lectures_count_by_day_kind_and_chamber",),
    ),
    Fault(
        "counting: the last day does not count",
        "activities/counting/lecture.py",
        "begin, end = span(scope.first, scope.last)",
        "begin, end = (span(day, day)[0] for day in (scope.first, scope.last))",
        (f"{OF_RULES}::test_lectures_count_by_day_kind_and_chamber",),
    ),
    Fault(
        "counting: everybody lectures as the secretary",
        "activities/counting/lecture.py",
        "kind=LectureKind.PARTY_LECTURE, lecturer_role=LecturerRole.BRANCH_SECRETARY",
        "kind=LectureKind.PARTY_LECTURE",
        (f"{OF_RULES}::test_lectures_of_others_do_not_count_for_the_secretary",),
    ),
    Fault(
        "counting: posts one after the other are double",
        "activities/counting/chamber.py",
        '        Q(ended_on__isnull=True) | Q(ended_on__gte=OuterRef("started_on")),\n',
        "",
        (f"{OF_RULES}::test_posts_of_one_cycle_that_never_met_are_not_double",),
    ),
    Fault(
        "counting: strangers read the rows behind a number",
        COUNTING,
        "        if not isinstance(user, User):\n            return rows.none()",
        "        if not isinstance(user, User):\n            return rows",
        STATES,
    ),
    Fault(
        "counting: a secretary reads the rows of all",
        COUNTING,
        "return rows.visible_to(user)",
        "return rows",
        (f"{OF_RULES}::test_rows_follow_the_rights_of_the_reader",),
    ),
    Fault(
        "counting: a sensitive number is narrowed in public",
        "activities/views/public/rule.py",
        "if not rule.is_sensitive or (isinstance(user, User) and user.is_staff):",
        "if not rule.is_sensitive or isinstance(user, User):",
        (
            f"{OF_PAGES}"
            "::test_secretary_sees_a_sensitive_number_of_the_own_chamber_only",
        ),
    ),
    Fault(
        "counting: a number of the desk is public",
        "activities/views/public/rule.py",
        "if rule is None or (rule.is_working and not user.is_authenticated):",
        "if rule is None:",
        (f"{OF_PAGES}::test_number_of_the_desk_is_not_public",),
    ),
    Fault(
        "counting: programs narrow a sensitive number",
        "activities/views/public/api.py",
        "if rule.is_sensitive and any(value is not None for value in asks):",
        "if rule.is_sensitive and all(value is not None for value in asks):",
        ("tests/activities/views/test_opendata.py",),
    ),
    Fault(
        "figures: over means at least",
        "activities/services/figure.py",
        "return counted > value",
        "return counted >= value",
        (OF_FIGURES,),
    ),
    Fault(
        "figures: nearly means more",
        "activities/services/figure.py",
        'return value * Decimal("0.9") <= counted < value',
        'return value * Decimal("0.9") <= counted',
        (OF_FIGURES,),
    ),
    Fault(
        "small numbers: a table of four cases is shown",
        MEDIATION,
        "if sum(found.values()) < SMALL:",
        "if sum(found.values()) < SMALL - 1:",
        (f"{OF_SMALL}::test_a_table_of_few_cases_is_not_shown_at_all",),
    ),
    Fault(
        "small numbers: all as large as they can be is no rule",
        DISCLOSURE,
        "if all(values[p] == SMALL - 1 for p in line):",
        "if all(values[p] == -1 for p in line):",
        (f"{OF_SMALL}::test_no_small_number_of_any_small_table_is_told_or_given_away",),
    ),
    Fault(
        "small numbers: one hidden alone is worked out from its sum",
        DISCLOSURE,
        "return not in_ring(place, hidden)",
        "return False",
        (f"{OF_SMALL}::test_no_small_number_of_any_small_table_is_told_or_given_away",),
    ),
    Fault(
        "small numbers: four persons are told",
        "activities/views/public/welfare.py",
        "if unit in PERSONS and people and people < SMALL:",
        "if unit in PERSONS and people and people < SMALL - 1:",
        (f"{OF_SMALL}::test_few_people_are_not_told",),
    ),
]
