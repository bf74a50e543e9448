"""What the public found wrong on a page, and waits for an answer."""

from django.urls import reverse

from activities.desks import PAGES, REVIEW, TODOS
from activities.models import ErrorReport
from chambers.models import User
from chambers.rights import may_review
from redleader.records.menus import PublicPage
from redleader.records.todos import Todo, counted

PAGES.at(220)(
    PublicPage("public:error-report", "找错", "纠错 错误 意见", in_sitemap=False)
)


@TODOS.at(50, may_review)
def to_answer(user: User) -> list[Todo]:
    address = reverse("admin:activities_errorreport_changelist")
    rows = ErrorReport.objects.open()
    return counted(
        REVIEW, rows, "条网站找错等待答复", f"{address}?answered_at__isempty=1"
    )
