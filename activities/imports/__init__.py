"""The Excel imports, one module for each noun, discovered automatically."""
