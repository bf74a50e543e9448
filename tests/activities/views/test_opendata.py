"""Open data and the API: right, whole, for everybody, and never about a person."""

import csv
import io
import json
from datetime import date

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.http import JsonResponse
from django.urls import reverse
from django.utils import timezone
from schemathesis.core.failures import FailureGroup

from activities.counting import RULES, published, until
from activities.formats import opendata
from activities.formats.opendata import DATA_SETS, CountRow
from activities.models import Award
from activities.views.public import api
from activities.views.public import opendata as pages
from chambers.models import Role
from redleader.sheets.tables import BOM, dictionary
from tests.factories.activities import (
    ApplicationFactory,
    AwardFactory,
    BaselineFactory,
    LeadFactory,
    OfficialFigureFactory,
    accepted,
)
from tests.factories.chambers import (
    AppointmentFactory,
    ChamberFactory,
    MemberFactory,
    MembershipFactory,
    RegionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
each_set = pytest.mark.parametrize("code", DATA_SETS)
TODAY = timezone.localdate


@pytest.fixture
def county():
    """A chamber of a township with a title, its number, and one of before."""
    place = RegionFactory(name="临江镇", level="township")
    chamber = ChamberFactory(name="=临江商会", kind="township", township=place)
    AwardFactory(chamber=chamber, granted_on=date(2023, 1, 1))
    MembershipFactory(chamber=chamber)
    BaselineFactory(rule="members", chamber=None, value=7)
    OfficialFigureFactory(number="M01", rule="chambers", value=27, unit="个")
    OfficialFigureFactory(number="M02", code="other", rule="", uncounted="没有记录")
    return chamber


def file_of(client, code, suffix):
    answer = client.get(reverse("public:data-file", args=[code, suffix]))
    assert answer.status_code == 200
    return answer


def body(answer):
    return answer.getvalue().decode()


def ask(client, name, *keys, **query):
    return client.get(reverse(f"public:api:{name}", args=keys), query)


# --- Files


@each_set
def test_both_files_have_the_same_rows_and_the_dictionary(code, client, county):
    data = DATA_SETS[code]
    read = body(file_of(client, code, "csv"))
    table = list(csv.reader(io.StringIO(read.removeprefix(BOM), newline="")))
    document = file_of(client, code, "json").json()

    assert read.startswith(BOM)
    assert [column["id"] for column in document["columns"]] == table[0]
    assert document["columns"] == dictionary(data.schema)
    assert len(document["rows"]) == len(table) - 1 == data.count() > 0
    assert document["licence"] == "标明来源即可使用"
    assert document["as_of"] == str(TODAY())
    assert [list(row) for row in document["rows"]] == [table[0]] * data.count()


def test_name_that_looks_like_a_formula_is_text_in_csv_only(client, county):
    assert '"\'=临江商会"' in body(file_of(client, "chambers", "csv"))
    (row,) = file_of(client, "chambers", "json").json()["rows"]
    assert row["name"] == "=临江商会"


def test_long_file_is_streamed_whole(client, county, monkeypatch):
    monkeypatch.setattr(pages, "WHOLE", 2)

    for suffix in ("csv", "json"):
        monkeypatch.setattr(pages, "WHOLE", 2000)
        whole = file_of(client, "counted-numbers", suffix)
        monkeypatch.setattr(pages, "WHOLE", 2)
        streamed = file_of(client, "counted-numbers", suffix)

        assert (whole.streaming, streamed.streaming) == (False, True)
        assert body(streamed) == body(whole)


def test_list_says_what_there_is(client, county):
    page = client.get(reverse("public:data-list")).content.decode()

    for data in DATA_SETS.values():
        assert data.name in page
        assert f"{data.count()} 行；来源：{data.source}" in page
        for column in dictionary(data.schema):
            assert column["meaning"] in page
    assert "标明来源即可使用" in page
    assert "前面加一个半角单引号" in page


def test_unknown_file_is_not_found(client):
    assert client.get("/open-data/members.csv").status_code == 404
    assert client.get("/open-data/chambers.xml").status_code == 404


# --- Numbers


def test_numbers_are_those_of_the_rules(client, county):
    rows = file_of(client, "counted-numbers", "json").json()["rows"]
    whole = {row["rule_code"]: row for row in rows if row["chamber_id"] is None}

    assert set(whole) == {rule.code for rule in published()}
    for rule in published():
        assert whole[rule.code]["value"] == rule.count(until(TODAY()))
    assert whole["members"]["baseline"] == 7
    assert whole["members"]["value"] == 1
    assert {
        (row["rule_code"], row["value"])
        for row in rows
        if row["chamber_id"] == county.pk and row["value"]
    } >= {("members", 1), ("chambers", 1)}


def test_official_figure_stands_beside_the_count(client, county):
    row = ask(client, "figure-detail", "M01").json()

    assert (row["official_value"], row["counted_value"]) == (27, 1)
    assert (row["verdict"], row["rule_code"]) == ("不符", "chambers")
    other = ask(client, "figure-detail", "M02").json()
    assert (other["counted_value"], other["uncounted"]) == (None, "没有记录")


def test_count_is_narrowed(client, county):
    chamber = ChamberFactory()
    MembershipFactory.create_batch(2, chamber=chamber)

    def count(**query):
        answer = ask(client, "rule-detail", "members", **query).json()
        return answer["value"]

    assert count() == 3
    assert count(chamber=chamber.pk) == 2
    assert count(township=county.township_id) == 1
    assert count(last="2000-01-01") == 0


def test_baseline_stands_beside_the_count(client, county):
    answer = ask(client, "rule-detail", "members").json()

    assert answer["value"] == 1
    assert [base["value"] for base in answer["baselines"]] == [7]


def test_sensitive_rule_gives_the_total_only(client, county, monkeypatch):
    rule = RULES["members"]
    monkeypatch.setitem(
        RULES, "members", type(rule)(**(vars(rule) | {"is_sensitive": True}))
    )

    assert ask(client, "rule-detail", "members").json()["value"] == 1
    for narrower in (
        {"chamber": county.pk},
        {"township": county.township_id},
        {"first": "2020-01-01"},
        {"last": "2026-01-01"},
        {"chamber": 999999},
    ):
        answer = ask(client, "rule-detail", "members", **narrower)
        assert answer.status_code == 400
        assert answer.json()["detail"] == api.TOO_NARROW
    rows = [row for row in opendata.count_rows(TODAY()) if row.rule_code == "members"]
    assert [(row.chamber_id, row.value) for row in rows] == [(None, 1)]


def test_honours_are_those_of_the_day(client, county):
    def titles(**query):
        answer = ask(client, "honour-list", **query).json()
        return [(row["recipient"], row["is_held"]) for row in answer["rows"]]

    award = Award.objects.get()
    assert titles(on="2022-12-31") == []
    assert titles(on="2023-01-01") == titles() == [("=临江商会", True)]
    Award.objects.filter(pk=award.pk).update(
        revoked_on=date(2024, 1, 1), revocation_reason="原因", revocation_document="1号"
    )
    assert titles() == [("=临江商会", False)]
    assert titles(held="true") == []
    assert titles(on="2023-06-01", held="true") == [("=临江商会", True)]
    (row,) = ask(client, "honour-list", on="2023-06-01").json()["rows"]
    assert row["revoked_on"] is None


# --- Manners


def test_list_comes_in_pages(client):
    chambers = ChamberFactory.create_batch(5)
    found, address = [], reverse("public:api:chamber-list") + "?limit=2"
    pages_read = 0
    while address:
        page = client.get(address).json()
        found += [row["id"] for row in page["rows"]]
        address, pages_read = page["next"], pages_read + 1

    assert found == [chamber.pk for chamber in chambers]
    assert (page["count"], pages_read) == (5, 3)


@pytest.mark.parametrize(
    ("name", "keys", "query", "status", "detail"),
    [
        ("chamber-list", (), {"limit": "0"}, 422, "参数 limit 无效"),
        ("chamber-list", (), {"limit": "201"}, 422, "参数 limit 无效"),
        ("chamber-list", (), {"offset": "-1"}, 422, "参数 offset 无效"),
        ("honour-list", (), {"on": "2026-02-30"}, 422, "参数 on 无效"),
        ("honour-list", (), {"on": "1767225600"}, 422, "参数 on 无效"),
        ("honour-list", (), {"on": "2999-01-01"}, 400, "日期应在"),
        ("honour-list", (), {"chamber": "999999"}, 404, "没有这一项"),
        ("rule-detail", ("members",), {"first": "0001-01-01"}, 400, "日期应在"),
        (
            "rule-detail",
            ("members",),
            {"first": "2026-01-02", "last": "2026-01-01"},
            400,
            "起始日期晚于截止日期",
        ),
        ("rule-detail", ("nothing",), {}, 404, "没有这一项"),
        ("rule-detail", ("members",), {"township": "1"}, 422, "参数 township 无效"),
        ("figure-detail", ("M99",), {}, 404, "没有这一项"),
        ("chamber-detail", (9**20,), {}, 404, "没有这一项"),
    ],
)
def test_problem_is_told_in_chinese(client, name, keys, query, status, detail):
    answer = ask(client, name, *keys, **query)

    assert answer.status_code == answer.json()["status"] == status
    assert answer["Content-Type"] == "application/problem+json"
    assert detail in answer.json()["detail"]


def test_unknown_address_is_a_problem_too(client):
    answer = client.get("/api/v1/members")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_nothing_can_be_written(client, method):
    answer = getattr(client, method)(reverse("public:api:chamber-list"))

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, OPTIONS"
    assert answer["Content-Type"] == "application/problem+json"


ADDRESSES = ["/api/v1/chambers", "/open-data/chambers.csv", "/api/v1/openapi.json"]
each_address = pytest.mark.parametrize("address", ADDRESSES)


@each_address
def test_what_has_not_changed_is_not_sent_again(address, client):
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    head = client.head(address)

    assert (again.status_code, again.content) == (304, b"")
    assert (head.status_code, head["ETag"]) == (200, first["ETag"])
    if "openapi" not in address:
        ChamberFactory()
        changed = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert changed.status_code == 200


@each_address
def test_scripts_of_every_site_may_read(address, client):
    answer = client.get(address, headers={"Origin": "https://example.org"})

    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not answer.cookies
    asked = client.options(address)
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@each_address
def test_who_asks_too_fast_waits(address, client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"api": "1/m/ip"}
    assert client.get(address).status_code == 200

    answer = client.get(address)

    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert "操作过于频繁" in answer.content.decode()


def test_fault_is_a_problem_with_its_number(client, monkeypatch):
    monkeypatch.setattr(opendata, "chamber_row", lambda row: 1 / 0)
    ChamberFactory()
    client.raise_request_exception = False

    answer = ask(client, "chamber-list")

    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert "已记录（编号" in answer.json()["detail"]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"),
    [("chamber-list", 4), ("honour-list", 4), ("township-list", 5)],
)
def test_query_count_is_constant(
    client, name, queries, count, django_assert_num_queries
):
    for number in range(count):
        place = RegionFactory(level="township")
        AwardFactory(chamber=ChamberFactory(township=place, name=f"商会{number}"))

    with django_assert_num_queries(queries):
        assert len(ask(client, name).json()["rows"]) >= count


def test_page_for_people_comes_from_the_same_description(client):
    page = client.get(reverse("public:api")).content.decode()

    for path, methods in api.api.get_openapi_schema()["paths"].items():
        assert f"GET {path}" in page
        assert methods["get"]["summary"] in page
    for name, words in api.PARAMETERS.items():
        assert f"<code>{name}</code>" in page
        assert words in page
    for known in ("http://www.w3.org", "http://testserver"):
        page = page.replace(known, "")
    assert "http://" not in page


# --- The description is kept, whatever is asked

CHECKS = {
    # A question may be well formed and still ask for what can't be: 400.
    "positive_data_acceptance": {"expected-statuses": ["2xx", "400", "404"]}
}
ASKED = hypothesis.settings(
    max_examples=15,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)


DESCRIPTION = schemathesis.openapi.from_dict(
    json.loads(json.dumps(api.api.get_openapi_schema())),
    config=schemathesis.Config.from_dict({"checks": CHECKS}),
)
DESCRIPTION.app = get_wsgi_application()


@pytest.fixture
def asked(db, settings, county):
    """Let the description ask the application itself, which holds the test's rows."""
    settings.ACCOUNT_RATE_LIMITS = {}
    # A server closes the connection after each request.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@DESCRIPTION.parametrize()
@ASKED
@pytest.mark.usefixtures("asked")
def test_api_keeps_its_description(case):
    case.call_and_validate()


def test_broken_answer_is_found(asked, monkeypatch):
    """The check itself is checked: an answer against the description fails."""
    case = DESCRIPTION["/api/v1/townships"]["GET"].Case()
    case.call_and_validate()
    monkeypatch.setattr(api, "page_of", lambda *args: JsonResponse({"count": "许多"}))

    with pytest.raises(FailureGroup) as caught:
        case.call_and_validate()

    assert "violates schema" in str(caught.value.exceptions[0])


# --- No person

NAMES = {
    "member": "欧阳会员甲",
    "user": "司马用户乙",
    "lecturer": "诸葛主讲丙",
    "appointed": "上官任职丁",
    "lead": "夏侯联系戊",
    "applicant": "东方申报己",
}


@pytest.fixture
def people(county):
    """Someone of each kind that our rows know, none of whom agreed to be public."""
    MembershipFactory(
        member=MemberFactory(kind="person", name=NAMES["member"]), chamber=county
    )
    user = UserFactory(name=NAMES["user"], role=Role.FEDERATION)
    accepted(chamber=county, lecturer_name=NAMES["lecturer"])
    AppointmentFactory(
        member=MemberFactory(kind="person", name=NAMES["appointed"]), chamber=county
    )
    LeadFactory(
        chamber=county,
        title=f"{NAMES['lead']}的项目",
        content=f"联系人{NAMES['lead']}",
        created_by=user,
    )
    ApplicationFactory(chamber=county, statement=f"{NAMES['applicant']}填写")


def addresses(chamber):
    """Return every file, every answer of the API, and every page of figures."""
    yield reverse("public:data-list")
    yield reverse("public:api")
    yield reverse("public:figure-list")
    yield reverse("public:rule-list")
    for code in DATA_SETS:
        for suffix in ("csv", "json"):
            yield reverse("public:data-file", args=[code, suffix])
    codes = [rule.code for rule in published()]
    values = {"number": ["M01", "M02"], "code": codes, "id": [chamber.pk]}
    for path, methods in api.api.get_openapi_schema()["paths"].items():
        names = [
            row["name"] for row in methods["get"]["parameters"] if row["in"] == "path"
        ]
        if not names:
            yield path
        for value in values[names[0]] if names else ():
            yield path.format(**{names[0]: value})
    for code in codes:
        yield reverse("public:rule-detail", args=[code])
        yield reverse("public:rule-detail", args=[code]) + f"?chamber={chamber.pk}"


def test_no_name_of_a_person_leaves(client, people, county, settings):
    settings.ACCOUNT_RATE_LIMITS = {}
    read = 0
    for address in addresses(county):
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = body(answer)
        assert [name for name in NAMES.values() if name in text] == [], address
        read += 1

    assert read > 3 * len(published())
    for rule in set(RULES.values()) - set(published()):
        address = reverse("public:rule-detail", args=[rule.code])
        assert client.get(address).status_code == 404
        assert client.get(f"/api/v1/rules/{rule.code}").status_code == 404


def test_no_column_is_meant_for_a_person():
    for data in DATA_SETS.values():
        for column in dictionary(data.schema):
            assert not {"姓名", "电话", "联系人"} & {
                word for word in ("姓名", "电话", "联系人") if word in column["meaning"]
            }
    assert "chamber_name" in CountRow.model_fields
