"""Toss in a box: a stateful local stand-in for Toss Payments.

It shares no code with the rest of the app and serves any program that can change a base URL.
Every fact it imitates is named with its section of the contract in ``docs/``; every fact nobody
has measured is a switch in ``switches.py``.
"""
