"""What everybody reads, and what only a few may know."""

from tests.acceptance.faults import Fault

OF_CASES = "tests/activities/models/test_mediation.py"
CASE = "activities/models/mediation/case.py"
OF_PUBLIC = "tests/activities/views/test_public.py"
OF_NAMES = "tests/chambers/services/test_namelist.py"
READING = "chambers/services/namelist/reading.py"
MATCHING = "chambers/services/namelist/matching.py"

FAULTS = [
    Fault(
        "mediation: all staff see every case",
        CASE,
        "            return self.filter(Exists(named))\n",
        "            return self\n",
        (
            f"{OF_CASES}"
            "::test_case_is_seen_by_its_mediators_and_named_staff_and_nobody_else",
        ),
    ),
    Fault(
        "mediation: who was named once sees cases for ever",
        CASE,
        "MediationAccess.objects.on(today).filter(user=user)",
        "MediationAccess.objects.filter(user=user)",
        (f"{OF_CASES}::test_access_to_cases_ends_with_its_day",),
    ),
    Fault(
        "mediation: a mediator sees the cases of the others",
        CASE,
        '            case=OuterRef("pk"),\n            mediator__in=',
        "            mediator__in=",
        (
            f"{OF_CASES}"
            "::test_case_is_seen_by_its_mediators_and_named_staff_and_nobody_else",
        ),
    ),
    Fault(
        "welfare: donors are named without their consent",
        "activities/models/welfare/donation.py",
        "return self.received().filter(publish_consent=True)",
        "return self.received()",
        (
            "tests/activities/models/test_welfare.py"
            "::test_only_consenting_donors_of_received_gifts_are_thanked_by_pinyin",
        ),
    ),
    Fault(
        "consent: it still holds on the day it is withdrawn",
        "chambers/models/consent.py",
        "Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=today)",
        "Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=today)",
        (
            "tests/chambers/services/test_member.py"
            "::test_consent_holds_until_the_day_it_is_withdrawn",
        ),
    ),
    Fault(
        "public: a lecture is public though it is internal",
        "activities/models/lecture/session.py",
        "return self.counted().filter(is_public=True)",
        "return self.counted()",
        (OF_PUBLIC,),
    ),
    Fault(
        "public: an internal lecture has a public page",
        "activities/views/public/lecture.py",
        "        is_public=True, state__in=[",
        "        state__in=[",
        (OF_PUBLIC,),
    ),
    Fault(
        "public: every picture of a lecture is shown",
        "activities/views/public/lecture.py",
        "lecture.photos.filter(is_public=True, kind=PhotoKind.SCENE)",
        "lecture.photos.filter(kind=PhotoKind.SCENE)",
        (f"{OF_PUBLIC}::test_a_photo_is_public_only_with_its_record",),
    ),
    Fault(
        "public: the search finds internal lectures",
        "activities/desks/lecture.py",
        "search(Lecture.objects.public().of_organiser(), query)",
        "search(Lecture.objects.of_organiser(), query)",
        ("tests/activities/desks/test_public_search.py",),
    ),
    Fault(
        "public: chambers that have closed are listed",
        "chambers/models/chamber.py",
        "return self.exclude(state=ChamberState.CLOSED)",
        "return self.all()",
        (OF_PUBLIC,),
    ),
    Fault(
        "public: what comes is shown before its first day",
        "activities/models/application/application.py",
        "            publicity_from__lte=day,\n",
        "",
        (
            "tests/activities/models/test_application.py"
            "::test_publicity_is_seen_from_its_first_to_its_last_day",
        ),
    ),
    Fault(
        "public: a topic is markup",
        "templates/public/lecture/detail.html",
        "<h1>{{ lecture.topic }}</h1>",
        "<h1>{{ lecture.topic|safe }}</h1>",
        ("tests/test_source.py::test_no_text_is_written_as_markup",),
    ),
    Fault(
        "name list: a telephone number stays",
        READING,
        'return PHONE.sub(" ", URL.sub(" ", text))',
        'return URL.sub(" ", text)',
        (f"{OF_NAMES}::test_a_pasted_list_is_read",),
    ),
    Fault(
        "name list: who is on leave is present",
        READING,
        "        status = reading.status or self.status\n",
        "        status = self.status\n",
        (f"{OF_NAMES}::test_a_pasted_list_is_read",),
    ),
    Fault(
        "name list: the first of two namesakes is meant",
        MATCHING,
        "elif len(namesakes) == 1:",
        "elif namesakes:",
        (f"{OF_NAMES}::test_each_name_goes_to_its_place",),
    ),
    Fault(
        "name list: who is found already is offered again",
        MATCHING,
        "if candidate.member.pk not in taken:",
        "if candidate.member.pk:",
        (f"{OF_NAMES}::test_a_matched_member_is_not_offered_again",),
    ),
    Fault(
        "name list: a name may be mentioned as often as one likes",
        MATCHING,
        "if mentions[key] > max(1, len(namesakes)):",
        "if mentions[key] > 100:",
        (f"{OF_NAMES}::test_each_name_goes_to_its_place",),
    ),
]
