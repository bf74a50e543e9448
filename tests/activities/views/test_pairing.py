import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import Pairing, PairingProject
from activities.services.pairing import village_label
from redleader.records.money import MONEY_ERROR
from tests.factories.activities import (
    PairingFactory,
    PairingProgrammeFactory,
    PairingProjectFactory,
    pairing_at,
)
from tests.factories.chambers import (
    ChamberFactory,
    EnterpriseFactory,
    VillageFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


@pytest.fixture
def client(chamber, sign_in):
    return sign_in(secretary_of(chamber))


@pytest.fixture
def pairing(chamber):
    return PairingFactory(chamber=chamber)


def url(name, *args):
    return reverse(f"workbench:{name}", args=args)


def typed(pairing, **changes):
    return {
        "village": village_label(pairing.village),
        "enterprise": pairing.enterprise.name,
        "programme": pairing.programme_id,
        "chamber": pairing.chamber_id,
        "started_on": "2025-03-01",
        "version": pairing.version,
        **changes,
    }


def test_the_same_form_sent_twice_is_one_pairing(client, chamber):
    data = {
        "form_key": uuid.uuid4(),
        "village": village_label(VillageFactory()),
        "enterprise": EnterpriseFactory().name,
        "programme": PairingProgrammeFactory().pk,
        "chamber": chamber.pk,
        "started_on": "2025-03-01",
    }

    answers = [client.post(url("pairing-create"), data) for _ in range(2)]

    made = Pairing.objects.get()
    assert [answer.url for answer in answers] == [made.get_absolute_url()] * 2


def test_a_pair_that_is_there_is_refused(client, pairing):
    data = typed(pairing, form_key=uuid.uuid4())

    answer = client.post(url("pairing-create"), data)

    assert answer.status_code == 422
    assert "这个村和这家企业已经结对。" in answer.content.decode()


def test_a_foreign_chamber_is_no_choice(client, pairing):
    data = typed(pairing, chamber=ChamberFactory().pk)

    answer = client.post(url("pairing-update", pairing.pk), data)

    assert answer.context["form"].errors["chamber"] == [
        "所选牵头商会无效，请重新选择。"
    ]


def test_the_later_of_two_writers_keeps_the_typed_text(client, pairing):
    address = url("pairing-update", pairing.pk)
    client.post(address, typed(pairing, areas="先写的"))

    answer = client.post(address, typed(pairing, areas="后写的"))

    assert answer.status_code == 409
    assert "后写的" in answer.content.decode()
    assert Pairing.objects.get().areas == "先写的"
    again = typed(
        pairing, areas="后写的", version=answer.context["form"].data["version"]
    )
    assert client.post(address, again).status_code == 302
    assert Pairing.objects.get().areas == "后写的"


def test_steps_and_the_closed_pairing(client, pairing):
    for state in ("paired", "active", "done"):
        assert client.post(url("pairing-step", pairing.pk, state)).status_code == 302
    assert Pairing.objects.get().state == "done"
    assert client.post(url("pairing-step", pairing.pk, "active")).status_code == 409
    assert client.get(url("pairing-update", pairing.pk)).status_code == 302
    assert client.post(url("pairing-update", pairing.pk), {}).status_code == 409
    assert client.get(url("pairing-project-create", pairing.pk)).status_code == 409
    assert client.post(url("pairing-step", pairing.pk, "lost")).status_code == 404


def test_termination_asks_for_the_reason(client, pairing):
    address = url("pairing-step", pairing.pk, "terminated")

    assert client.post(address, {"terminated-reason": " "}).status_code == 422
    assert client.post(address, {"terminated-reason": "企业搬迁"}).status_code == 302
    assert Pairing.objects.get().reason == "企业搬迁"


@pytest.mark.parametrize("amount", ["-1", "NaN", "1.234", "708.3亿"])
def test_project_with_a_wrong_amount_is_refused(client, pairing, amount):
    data = {"name": "修路", "kind": "welfare", "as_of": "2026-03-01"}

    answer = client.post(
        url("pairing-project-create", pairing.pk), data | {"donated": amount}
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors["donated"] == [MONEY_ERROR]
    assert amount in answer.content.decode()


def test_project_is_added_changed_and_deleted(client, pairing):
    data = {"name": "修路", "kind": "welfare", "as_of": "2026-03-01", "donated": "12.5"}
    client.post(url("pairing-project-create", pairing.pk), data)
    project = PairingProject.objects.get()
    assert project.donated == 125_000
    assert 'value="12.5"' in client.get(url("pairing-project-update", project.pk)).text

    data |= {"jobs": "7", "version": "1"}
    client.post(url("pairing-project-update", project.pk), data)
    assert client.post(
        url("pairing-project-update", project.pk), data | {"jobs": "8"}
    ).status_code == (409)
    project.refresh_from_db()
    assert (project.jobs, project.donated) == (7, 125_000)

    assert client.get(url("pairing-project-delete", project.pk)).status_code == 200
    client.post(url("pairing-project-delete", project.pk))
    assert not PairingProject.objects.exists()


def test_list_is_narrowed_and_leaves_foreign_pairings_out(client, pairing):
    foreign = pairing_at("active")

    page = client.get(url("pairing-list")).text
    assert pairing.village.name in page
    assert foreign.enterprise.name not in page
    for query in (
        {"state": "active"},
        {"programme": foreign.programme_id},
        {"q": "没有"},
    ):
        assert "没有符合条件的结对" in client.get(url("pairing-list"), query).text
    sheet = client.get(url("pairing-export"), {"township": "350823109"})
    assert sheet.status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_more_rows(client, chamber, count):
    for pairing in PairingFactory.create_batch(count, chamber=chamber):
        PairingProjectFactory(pairing=pairing)

    with CaptureQueriesContext(connection) as queries:
        client.get(url("pairing-list"))

    assert len(queries) == 15
    with CaptureQueriesContext(connection) as queries:
        client.get(url("pairing-export"))

    assert len(queries) <= 10


def test_villages_and_enterprises_are_typed_by_name(client, pairing):
    first = VillageFactory(name="同名村")
    VillageFactory(name="同名村", parent=first.parent, code=f"{first.parent_id}999")

    page = client.get(url("pairing-update", pairing.pk)).content.decode()
    assert f'value="{village_label(pairing.village)}"' in page
    for name, text, said in [
        ("enterprise", "没有的公司", "没有名为“没有的公司”的企业，请从提示的"),
        ("enterprise", "", "请填写企业。"),
        ("village", village_label(first), "有 2 个同名的村，请联系工作人员处理。"),
    ]:
        data = typed(pairing, **{name: text})
        answer = client.post(url("pairing-update", pairing.pk), data)
        assert answer.status_code == 422
        assert said in answer.content.decode()


def test_public_page_counts_once_and_draws_the_hubs(client, chamber):
    village = VillageFactory(name="甲村")
    for name in ("乙公司", "丙公司"):
        pairing_at(
            "active",
            village=village,
            enterprise=EnterpriseFactory(name=name),
            chamber=chamber,
            publish_consent=True,
        )
    enterprise = EnterpriseFactory(name="丁公司")
    for turn in range(3):
        pairing_at("paired", enterprise=enterprise, publish_consent=turn > 0)
    PairingFactory()

    answer = client.get(reverse("public:pairing-list"))

    counts = {total.rule.code: total.value for total in answer.context["totals"]}
    assert (counts["paired-villages"], counts["paired-enterprises"]) == (4, 3)
    kinds = {kind: rows for kind, _, _, rows in answer.context["kinds"]}
    (star,), (fan,) = kinds["firms"], kinds["villages"]
    assert star.villages[0].name == "甲村"
    assert star.villages[0].links == 2
    assert [node.name for node in fan.enterprises] == ["某企业"]
    assert "丁公司" not in answer.content.decode()
    narrowed = client.get(reverse("public:pairing-list"), {"chamber": chamber.pk})
    assert narrowed.context["totals"][0].value == 1


def test_public_page_without_pairings(client):
    answer = client.get(reverse("public:pairing-list"))

    assert "有了结对以后" in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_public_page_asks_the_same_number_of_queries(count, client, chamber):
    for _ in range(count):
        PairingProjectFactory(pairing=pairing_at("active", chamber=chamber))

    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("public:pairing-list"))

    assert len(queries) == 16
