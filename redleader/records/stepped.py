"""A register whose rows go from state to state by written steps."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from redleader.records.register import Register, register_of
from redleader.records.steps import StepForm, answer_step, step_forms


class SteppedRegister(Register):
    begun = "登记"  # what making a row is called
    step_form: Any
    looks: ClassVar[dict[str, str]] = {}  # of the states; of the others: on their way

    def take_step(self, row: Any, *, to: str, user: Any, **fields: Any) -> Any:
        raise NotImplementedError

    def may_take(self, user: Any, row: Any, state: str) -> bool:
        return True

    def offers(self, user: Any, row: Any, state: str) -> bool:
        """Tell whether the page of a row offers a step."""
        return self.may_take(user, row, state)

    def step_form_of(self, row: Any) -> Any:
        return self.step_form

    def badge(self, row: Any) -> SafeString:
        """Return the state of a row as a mark."""
        look = self.looks.get(row.state, "publicity")
        label = row.get_state_display()
        return format_html('<span class="state {}">{}</span>', look, label)

    def base_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return super().base_context(request, row) | {
            "steps": row.steps.select_related("by"),
            "step_forms": self.next_forms(request, row),
        }

    def next_forms(
        self, request: HttpRequest, row: Any, bound: StepForm | None = None
    ) -> list[StepForm]:
        """Return a form for each next step that this user may take."""
        if not self.rights["step"].serves(request.user, "POST"):
            return []
        forms = step_forms(self.step_form_of(row), row, bound)
        return [form for form in forms if self.offers(request.user, row, form.to)]

    def step_view(self, request: HttpRequest, pk: int, state: str) -> HttpResponse:
        row = self.find(request, pk)
        if not self.may_take(request.user, row, state):
            raise PermissionDenied

        def show(*, form, step, status) -> HttpResponse:
            fresh = self.find(request, pk)
            forms = self.next_forms(request, fresh, step)
            return self.render_detail(
                request, fresh, form=form, status=status, step_forms=forms
            )

        return answer_step(
            request,
            row,
            state,
            form_class=self.step_form_of(row),
            take=self.take_step,
            render_detail=show,
        )

    @property
    def step_name(self) -> str:
        return f"{self.namespace}:{self.name}-step"


def badge(row: Any) -> SafeString:
    """Return the state of a row as its register marks it."""
    register: Any = register_of(type(row))
    return register.badge(row)
