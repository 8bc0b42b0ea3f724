"""Notice texts, one module per language.

A text's first line is the subject. A line is left out if one of its placeholders has no value.
``{one|other}`` becomes the first text for a card and the second for a bank account.
"""
