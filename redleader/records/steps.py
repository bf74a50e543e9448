"""Rows whose state changes only together with a written step: who, when, why.

A noun with states has a table of legal steps, ``TRANSITIONS``, a model of its own on
``Step``, and the triggers of ``state_triggers``; the database then refuses a state that
changes without a step. Such a noun has ``STATES`` (its choices), ``state``, ``version``
and ``next_states``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

import pgtrigger
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from redleader.records.constraints import (
    DeferredRefusal,
    Refuse,
    legal_steps,
    one_of,
    sql_list,
)
from redleader.records.forms import Form, attempt, general_part


def state_field(states: type[models.TextChoices], label: str = "状态"):
    return models.CharField(label, max_length=12, choices=states)


class Step(models.Model):
    """Who took a row from one state to the next, when and why.

    A subclass adds the row (a foreign key with ``related_name="steps"``), and
    ``before`` and ``state`` by ``state_field``.
    """

    number = models.PositiveIntegerField("序号", editable=False)
    by = models.ForeignKey(
        "chambers.User", models.PROTECT, related_name="+", verbose_name="办理人"
    )
    at = models.DateTimeField("办理时间")
    reason = models.CharField("原因或说明", max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.at:%Y-%m-%d} {self.get_state_display()}"  # type: ignore[attr-defined]

    LABELS: ClassVar[dict[tuple[str, str], str]] = {}  # of a step, by its states

    @property
    def label(self) -> str:
        """What the step is called; by default as the state that it leads to."""
        way = (self.before, self.state)  # type: ignore[attr-defined]
        return self.LABELS.get(way) or self.get_state_display()  # type: ignore[attr-defined]

    @property
    def detail(self) -> str:
        """What else the step says, in a few words."""
        return ""

    @property
    def who(self) -> str:
        return str(self.by or "历史中没有记下")


class RecoveredStep(Step):
    """A step of a noun that kept none at first: old ones come from the history.

    ``by`` is empty where the history names no user; ``recovered_triggers`` refuses
    that of every later step.
    """

    by = models.ForeignKey(  # type: ignore[assignment]
        "chambers.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="办理人",
    )

    class Meta:
        abstract = True


def step_constraints(states: type[models.TextChoices], owner: str) -> list:
    """Return the constraints of a step model; ``owner`` is its foreign key."""
    return [
        one_of(states, "before", "原状态"),
        one_of(states, "state", "状态"),
        models.UniqueConstraint(
            fields=[owner, "number"],
            name="%(app_label)s_%(class)s_number_unique",
            violation_error_message="该记录刚刚由他人办理，请刷新后再试。",
        ),
    ]


def steps_stay(row: str = "", owner: str = "") -> list[Refuse]:
    """Return the triggers of a step model, which make its rows immutable.

    ``row`` is the table of rows that may be deleted, together with their steps, and
    ``owner`` the step's key of the row.
    """
    stays = "办理记录不能改动或删除。"
    if not row:
        both = pgtrigger.Update | pgtrigger.Delete
        return [Refuse(name="step_stays", operation=both, test="TRUE", message=stays)]
    return [
        Refuse(
            name="step_stays", operation=pgtrigger.Update, test="TRUE", message=stays
        ),
        DeferredRefusal(
            name="goes_with_its_row",
            operation=pgtrigger.Delete,
            test=f"EXISTS (SELECT 1 FROM {row} r WHERE r.id = OLD.{owner})",
            message=stays,
        ),
    ]


def recovered_triggers(row: str = "", owner: str = "") -> list[Refuse]:
    """Return the triggers of a recovered step model; a migration adds the first."""
    return [
        Refuse(
            name="is_signed",
            operation=pgtrigger.Insert,
            test="NEW.by_id IS NULL",
            message="须写明办理人。",
        ),
        *steps_stay(row, owner),
    ]


OWN_REVIEW = "不能审核本人登记或提交的记录。"


def not_own(states: Sequence[Any], *, table: str, owner: str, by: Sequence[str]):
    """Return the trigger of a step model: nobody reviews what is their own.

    ``states`` are those that a review leads to, ``by`` the columns of the row in
    ``table`` that name its people, and ``owner`` the step's key of the row.
    """
    return Refuse(
        name="not_own_review",
        operation=pgtrigger.Insert,
        test=f"""NEW.state IN ({sql_list(states)}) AND EXISTS (
            SELECT 1 FROM {table} r WHERE r.id = NEW.{owner}
                AND NEW.by_id IN ({", ".join(f"r.{column}" for column in by)})
        )""",
        message=OWN_REVIEW,
    )


def refuse_own(row: Any, user: Any) -> None:
    """Raise ValidationError when a user made or submitted a row."""
    if user.pk in (row.created_by_id, getattr(row, "submitted_by_id", None)):
        raise ValidationError(OWN_REVIEW, code="own")


def state_triggers(
    transitions: dict,
    *,
    begins: Sequence[str],
    steps: str,
    owner: str,
    condition: Callable[[Any, Any], str] = lambda old, new: "",
) -> list[Refuse]:
    """Return the triggers of a row with states.

    ``begins`` are the states of a new row, ``steps`` the table of the step model
    and ``owner`` its column, such as ``activities_demandstep`` and ``demand_id``;
    ``condition`` is that of ``legal_steps``.
    """
    legal = legal_steps(transitions, condition)
    first = ", ".join(f"'{state}'" for state in begins)
    return [
        Refuse(
            name="begins_at_first",
            operation=pgtrigger.Insert,
            test=f"NEW.state NOT IN ({first})",
            message="新的记录须从第一个状态开始。",
        ),
        Refuse(
            name="legal_step",
            operation=pgtrigger.Update,
            test=f"NEW.state <> OLD.state AND NOT ({legal})",
            message="该记录的状态已经改变，或不能越级办理。",
        ),
        Refuse(
            name="step_is_written",
            operation=pgtrigger.Update,
            test=f"""NEW.state <> OLD.state AND NOT EXISTS (
                SELECT 1 FROM {steps} s
                WHERE s.{owner} = NEW.id AND s.number = NEW.version
                    AND s.before = OLD.state AND s.state = NEW.state
            )""",
            message="状态改变须同时记下办理的人、时间和去向。",
        ),
    ]


def path_to(transitions: dict, begin: Any, end: Any) -> list[Any]:
    """Return the states of the shortest legal path from one to another.

    The first is left out; the path from a state to itself is empty.
    """
    paths: dict[Any, list[Any]] = {begin: []}
    queue = [begin]
    while queue:
        state = queue.pop(0)
        for following in transitions[state]:
            if following not in paths:
                paths[following] = [*paths[state], following]
                queue.append(following)
    return paths[end]


@transaction.atomic
def take_step(
    row: Any,
    *,
    to: str,
    user: Any,
    version: int | None = None,
    check: Callable[[Any], None] = lambda row: None,
    changes: dict[str, Any] | None = None,
    **fields: Any,
) -> Any:
    """Take a row to its next state and write who did so; return the fresh row.

    ``version`` is the one that the user saw. ``check`` sees the locked row and may
    raise ValidationError; ``changes`` are set on the row, ``fields`` on the step.
    Raises ValidationError if the step is not a next one, or somebody else has taken one
    since.
    """
    row = type(row)._base_manager.select_for_update().get(pk=row.pk)
    stale = version is not None and version != row.version
    if stale or to not in row.next_states:
        raise already_done(row)
    check(row)
    row.version += 1
    write_step(row, to=to, user=user, **fields)
    for name, value in (changes or {}).items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    return row


def write_step(row: Any, *, to: str, user: Any, at: Any = None, **fields: Any) -> None:
    """Write the step of a locked row and set its state; the version is already new."""
    fields = {k: v.strip() if isinstance(v, str) else v for k, v in fields.items()}
    step = row.steps.model(
        **{row.steps.field.name: row},
        number=row.version,
        before=row.state,
        state=to,
        by=user,
        at=at or timezone.now(),
        **fields,
    )
    step.full_clean()
    step.save()
    row.state = to


@dataclass
class Walk:
    """The path of a stored row through its states, for many rows at once.

    ``steps`` are unsaved and hold their state and whatever differs between rows;
    ``changes`` are set on the row together with a state.
    """

    row: Any
    steps: list[Any]
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)


def walk_all(walks: Sequence[Walk], *, user_of: Callable[[Any], Any]) -> None:
    """Take rows through their steps, each round with two statements."""
    now = timezone.now()
    for turn in range(max((len(walk.steps) for walk in walks), default=0)):
        going = [walk for walk in walks if len(walk.steps) > turn]
        changed = {"state", "version"}
        for walk in going:
            row, step = walk.row, walk.steps[turn]
            row.version += 1
            setattr(step, row.steps.field.name, row)
            step.number, step.before = row.version, row.state
            if step.by_id is None:
                step.by = user_of(row)
            step.at = step.at or now
            row.state = step.state
            for name, value in walk.changes.get(step.state, {}).items():
                setattr(row, name, value)
                changed.add(name)
        type(going[0].steps[turn]).objects.bulk_create(w.steps[turn] for w in going)
        rows = [walk.row for walk in going]
        type(rows[0])._base_manager.bulk_update(rows, sorted(changed), batch_size=500)


def already_done(row: Any) -> ValidationError:
    """Return the refusal of a step that is not, or no longer, a next one."""
    noun = row._meta.verbose_name
    text = f"该{noun}现在是“{row.get_state_display()}”，不能这样操作。"
    last = row.steps.select_related("by").order_by("-number").first()
    if last:
        at = timezone.localtime(last.at)
        text = f"已由 {last.who} 于 {at:%Y-%m-%d %H:%M} 处理。" + text
    elif row.version > 1:
        text = f"该{noun}刚刚有改动，请核对现在的内容后再办理。"
    return ValidationError(text, code="already_done")


# --- Forms and answers


class StepForm(Form):
    """What a step asks for; ``to`` is the state that it leads to.

    ``SHOWN`` names the further fields of a state, ``REASONED`` the states that
    need a reason, each with its label.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label="说明", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    SHOWN: ClassVar[Mapping[str, Sequence[str]]] = {}
    REASONED: ClassVar[dict[str, str]] = {}
    OPTIONAL = "说明（可不填）"  # a reason that is not needed

    def __init__(self, *args, to: Any, version: int | None = None, **kwargs):
        self.to = to
        kwargs.setdefault("prefix", str(to.value))
        super().__init__(*args, **kwargs)
        self.initial["version"] = version
        shown = {"version", "reason", *self.SHOWN.get(to, [])}
        for name in set(self.fields) - shown:
            del self.fields[name]
        reason = self.fields["reason"]
        reason.required = to in self.REASONED
        reason.label = self.REASONED.get(to, self.OPTIONAL)
        self.plain_messages(reason)

    def see(self, row: Any) -> None:
        """Take the row as it stands now for what the user has seen."""
        if self.is_bound:
            seen = {self.add_prefix("version"): [str(row.version)]}
            self.data = MultiValueDict({**dict(self.data.lists()), **seen})  # type: ignore[attr-defined]

    @property
    def label(self) -> str:
        """Return the name of the step; by default that of the state it leads to."""
        return self.to.label

    @property
    def is_negative(self) -> bool:
        return self.to in self.REASONED

    @property
    def button(self) -> str:  # type: ignore[override]
        return f"登记{self.label}"

    @property
    def look(self) -> str:  # type: ignore[override]
        return "" if self.is_negative else "primary"


def step_forms(
    form_class: Callable[..., StepForm], row: Any, bound: StepForm | None = None
) -> list[StepForm]:
    """Return a form for each next step of a row; ``bound`` replaces its own."""
    if bound is not None:
        bound.see(row)
    return [
        bound
        if bound is not None and bound.to == to
        else form_class(to=to, version=row.version)
        for to in row.next_states
    ]


def answer_step(
    request: HttpRequest,
    row: Any,
    state: str,
    *,
    form_class: Callable[..., StepForm],
    take: Callable[..., Any],
    render_detail: Callable[..., HttpResponse],
    said: Mapping[Any, str] = MappingProxyType({}),
) -> HttpResponse:
    """Take the step that a form asks for, or show the form again.

    ``take(row, to=…, user=…, **fields)`` takes it; ``render_detail(form=, step=,
    status=)`` shows the row's page; ``said`` are words for some states. Answers 422
    to an invalid field, and 409 if the step is no longer a next one.
    """
    if state not in type(row).STATES:
        raise Http404
    form = form_class(request.POST, to=type(row).STATES(state))
    if form.is_valid() and attempt(
        form, take, row, to=form.to, user=request.user, **form.cleaned_data
    ):
        messages.success(request, said.get(form.to, f"已登记：{form.to.label}。"))
        return redirect(row)
    is_late = bool(form.non_field_errors())
    return render_detail(
        form=general_part(form) if is_late else None,
        step=form,
        status=409 if is_late else 422,
    )
