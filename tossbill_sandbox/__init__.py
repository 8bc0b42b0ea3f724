"""A stateful, local sandbox of Toss Payments.

It shares no code with the rest of the app and serves any program that can change a base URL.
Code that imitates Toss cites the section of the contract in ``docs/research/``; behavior that
nobody has measured is a switch in ``switches.py``.
"""
