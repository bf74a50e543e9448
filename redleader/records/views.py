"""The views under which a form keeps what is being typed."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from redleader.records.drafts import drop_draft, keep_draft, texts_of
from redleader.records.forms import has_unprintable


@require_POST
def draft_keep(request: HttpRequest, key) -> HttpResponse:
    """Keep what is being typed; ``address`` in the query is the form's own page."""
    address = request.GET.get("address", "")
    if has_unprintable(address) or not url_has_allowed_host_and_scheme(address, None):
        return JsonResponse({"error": "请求格式有误。"}, status=400)
    try:
        draft = keep_draft(
            request.user,
            key,
            address=address,
            texts=texts_of(request.POST),
            title=request.POST.get("topic", ""),
        )
    except ValidationError as error:
        return JsonResponse({"error": error.messages[0]}, status=422)
    at = timezone.localtime(draft.updated_at)
    return JsonResponse({"at": f"{at:%H:%M}"})


@require_POST
def draft_drop(request: HttpRequest, key) -> HttpResponse:
    """Delete a draft; the answer is the same whether or not it existed."""
    drop_draft(request.user, key)
    return HttpResponse(status=204)
