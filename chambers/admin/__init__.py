"""The back office, one module for each noun; found by itself."""

import sys

from redleader.records.facets import import_modules

import_modules(sys.modules[__name__])
