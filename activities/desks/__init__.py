"""What the house serves of each noun besides its pages; one module a noun.

A new module is found by itself: its registers, and what it gives to these facets.
"""
