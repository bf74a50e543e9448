"""Change one small thing of a module at a time; its tests must notice each change.

``python -m tests.acceptance.mutants money namelist`` prints what no test noticed.
"""

import argparse
import ast
import copy
import importlib
import importlib.abc
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import django
import pytest

from tests.acceptance.equivalent import EQUIVALENT
from tests.acceptance.server import QUICK, shared_server

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 240  # A mutant that never ends is noticed, too.


def nothing() -> None:
    """Leave a module as it is before it runs again."""


def forget_rules() -> None:
    """Let the rules of counting be registered again."""
    from activities.counting import RULES

    RULES.clear()


@dataclass(frozen=True)
class Target:
    """Files in the order in which they import each other, and what must notice.

    Each mutant of a file that many others import (``is_cold``) has a Django of its
    own; otherwise the files run once more in a process that has it already.
    """

    files: Sequence[str]
    tests: Sequence[str]
    prepare: Callable[[], None] = nothing
    is_cold: bool = False


NAMELIST = "chambers/services/namelist"
COUNTING = "activities/counting"
OF_COUNTING = [f"tests/{COUNTING}", "tests/activities/sums/test_tally.py"]
TARGETS = {
    "money": Target(
        ["redleader/records/money.py"], ["tests/redleader/records/test_money.py"]
    ),
    "figure": Target(
        ["activities/services/figure.py"],
        ["tests/activities/services/test_figure.py"],
    ),
    "namelist": Target(
        [f"{NAMELIST}/{name}.py" for name in ("grammar", "reading", "matching")],
        ["tests/chambers/services/test_namelist.py"],
    ),
    "counting": Target([f"{COUNTING}/__init__.py"], OF_COUNTING, is_cold=True),
    "rules": Target(
        sorted(
            str(path.relative_to(ROOT)) for path in (ROOT / COUNTING).glob("[a-z]*.py")
        ),
        OF_COUNTING,
        forget_rules,
    ),
}
SWAPS: dict[type, type] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
NARROWING = {"filter", "exclude", "Q", "replace", "Kept"}


@dataclass(frozen=True)
class Mutant:
    """A change of a file: the node by its place in the walk, and what is done to it."""

    file: str
    place: int
    change: int
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}  {self.before}  →  {self.after}"

    @property
    def key(self) -> tuple[str, str, str]:
        return self.file, self.before, self.after


def without(items: list, number: int) -> list:
    return items[:number] + items[number + 1 :]


def negated(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(ast.Not(), test)


def changed(node: ast.AST, **fields) -> ast.AST:
    """Return a copy of a node with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in the place of a node, each a fault."""
    match node:
        case ast.Compare(ops=ops):
            for number, op in enumerate(ops):
                new = SWAPS[type(op)]()
                yield changed(node, ops=[*ops[:number], new, *ops[number + 1 :]])
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in SWAPS:
            yield changed(node, op=SWAPS[type(op)]())
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            if not isinstance(test, ast.Compare):
                yield changed(node, test=negated(test))
        case ast.Return(value=ast.expr() as value):
            if not (isinstance(value, ast.Constant) and value.value is None):
                yield ast.Return(ast.Constant(None))
        case ast.Continue():
            yield ast.Break()
        case ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.Call(func=called, keywords=keywords):
            name = getattr(called, "attr", getattr(called, "id", ""))
            if name in NARROWING:
                for number in range(len(keywords)):
                    yield changed(node, keywords=without(keywords, number))


SKIPPED = (ast.ImportFrom, ast.Import, ast.Raise)


def walk(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Yield (parent, field, index) of every expression and statement that runs."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for number, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, SKIPPED) or not isinstance(child, ast.AST):
                continue
            yield node, name, number if isinstance(value, list) else None
            yield from walk(child)


def child_of(parent: ast.AST, name: str, number: int | None) -> ast.AST:
    value = getattr(parent, name)
    return value if number is None else value[number]


def mutants_of(file: str) -> list[Mutant]:
    tree = ast.parse((ROOT / file).read_text())
    found = []
    for place, where in enumerate(walk(tree)):
        node = child_of(*where)
        for change, new in enumerate(changes(node)):
            words = short(node), short(new)
            found.append(Mutant(file, place, change, node.lineno, *words))
    return found


def short(node: ast.AST) -> str:
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())[:110]


def code_of(mutant: Mutant):
    """Return the code of a file with the change made."""
    path = ROOT / mutant.file
    tree = ast.parse(path.read_text())
    parent, name, number = list(walk(tree))[mutant.place]
    new = list(changes(child_of(parent, name, number)))[mutant.change]
    if number is None:
        setattr(parent, name, new)
    else:
        getattr(parent, name)[number] = new
    return compile(ast.fix_missing_locations(tree), str(path), "exec")


def name_of(file: str) -> str:
    """Return the name under which a file is imported."""
    parts = Path(file).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives out a changed module in the place of the one in its file."""

    def __init__(self, mutant: Mutant):
        self.name, self.path = name_of(mutant.file), ROOT / mutant.file
        self.code = code_of(mutant)

    def find_spec(self, fullname, path, target=None):
        if fullname != self.name:
            return None
        folder = [str(self.path.parent)] if self.path.stem == "__init__" else None
        return importlib.util.spec_from_file_location(
            fullname, self.path, loader=self, submodule_search_locations=folder
        )

    def exec_module(self, module):
        exec(self.code, vars(module))  # noqa: S102


def put_in_place(target: Target, mutant: Mutant) -> None:
    """Let every file of a target run once more, one of them changed."""
    target.prepare()
    for file in target.files:
        module = importlib.import_module(name_of(file))
        if file == mutant.file:
            exec(code_of(mutant), vars(module))  # noqa: S102
        else:
            importlib.reload(module)


def run(target: Target, mutant: Mutant | None = None) -> bool:
    """Run tests in a process of their own; tell whether they all pass."""
    child = os.fork()
    if child == 0:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        signal.alarm(SECONDS)
        try:
            if mutant and target.is_cold:
                sys.meta_path.insert(0, Finder(mutant))
            elif mutant:
                put_in_place(target, mutant)
            os._exit(int(pytest.main([*QUICK, *target.tests])))
        finally:
            os._exit(99)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def survivors_of(name: str, least: int) -> int:
    """Print the mutants of a module that its tests do not notice; return how many."""
    target = TARGETS[name]
    if not target.is_cold:
        django.setup()
    if not run(target):
        raise SystemExit(f"{name}: the tests fail without any change")
    began, alive = time.monotonic(), 0
    mutants = [mutant for file in target.files for mutant in mutants_of(file)]
    tried = [m for m in mutants[::least] if m.key not in EQUIVALENT]
    for mutant in tried:
        if run(target, mutant):
            alive += 1
            say(f"survives: {mutant}")
    known = sum(mutant.key in EQUIVALENT for mutant in mutants)
    seconds = time.monotonic() - began
    say(
        f"{name}: {alive} of {len(tried)} mutants survive, {known} more are equivalent;"
        f" {seconds:.0f} s"
    )
    return alive


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.mutants")
    parser.add_argument("names", nargs="*", metavar="module", help=", ".join(TARGETS))
    parser.add_argument("--every", type=int, default=1, help="of so many try one")
    options = parser.parse_args()
    failed = False
    with shared_server():
        for name in options.names or TARGETS:
            child = os.fork()
            if child == 0:
                os._exit(min(survivors_of(name, options.every), 99))
            _, status = os.waitpid(child, 0)
            if status:
                failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
