"""How a proof says its figure; which proofs every test run leaves out."""

import pytest

from tests.acceptance.proofs.table import Proofs


def pytest_collection_modifyitems(config, items):
    """Slow proofs run by ``python -m tests.acceptance.proofs`` only."""
    if any(isinstance(plugin, Proofs) for plugin in config.pluginmanager.get_plugins()):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    items[:] = [item for item in items if item not in slow]
    config.hook.pytest_deselected(items=slow)


@pytest.fixture
def figure(request):
    """Return a function that writes a figure down and fails when it is not kept."""

    def note(text, *, kept):
        request.node.user_properties.append(("figure", str(text)))
        assert kept, text

    return note


@pytest.fixture
def control(request):
    """Return a function that notes what a broken thing gave; unseen, it fails."""

    def note(text, *, caught):
        request.node.user_properties.append(("control", str(text)))
        assert caught, text

    return note
