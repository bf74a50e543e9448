"""What of the registry comes in as Excel, one module for each noun."""

import importlib
import pkgutil


def discover() -> None:
    """Import every module of this package, so that its importers are known."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
