"""The words of notices, one module for each language.

A text's first line is the subject. A line that has values and none to show is left out.
``{one|other}`` is the one of a card and the other of a bank account.
"""
