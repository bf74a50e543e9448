"""The house rules that a reader can count: names that mean one thing each."""

import ast
import re
from collections import defaultdict
from pathlib import Path

from django.conf import settings

APPS = ["redleader", "chambers", "activities"]
# Django finds these by their name.
SHARED = {"Command", "StepForm"}


def source() -> dict[str, str]:
    """Return the text of every module of the source, by its path."""
    root = Path(settings.BASE_DIR)
    paths = [path for app in APPS for path in (root / app).rglob("*.py")]
    return {
        str(path.relative_to(root)): path.read_text()
        for path in paths
        if "migrations" not in path.parts
    }


def doubles(modules: dict[str, str]) -> dict[str, list[str]]:
    """Return each class name that more than one module defines, with the modules."""
    homes = defaultdict(list)
    for path, text in modules.items():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and node.name not in SHARED:
                homes[node.name].append(path)
    return {name: paths for name, paths in homes.items() if len(paths) > 1}


# What writes text into a page as markup.
UNESCAPED = re.compile(
    r"\|\s*safe(seq)?\b|autoescape\s+off|\bmark_safe\(|\bSafeString\("
)
MARKUP = {"redleader/templatetags/page.py"}  # JSON, with its signs spelled out


def unescaped(texts: dict[str, str]) -> set[str]:
    return {path for path, text in texts.items() if UNESCAPED.search(text)}


def test_no_text_is_written_as_markup():
    root = Path(settings.BASE_DIR) / "templates"
    templates = {str(path): path.read_text() for path in root.rglob("*.*ml")}
    assert len(templates) > 100
    assert unescaped(templates | source()) == MARKUP


def test_a_text_that_is_written_as_markup_is_found():
    texts = {"a": "{{ x|safe }}", "b": "{% autoescape off %}", "c": "{{ unsafe }}"}
    assert unescaped(texts | {"d": "mark_safe(x)"}) == {"a", "b", "d"}


def test_every_class_name_means_one_thing():
    assert doubles(source()) == {}


def test_a_class_name_used_twice_is_found():
    modules = {"a.py": "class Line: ...", "b.py": "class Line: ...\nclass Page: ..."}

    assert doubles(modules) == {"Line": ["a.py", "b.py"]}
