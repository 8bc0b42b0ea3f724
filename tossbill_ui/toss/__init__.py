"""The client for Toss Payments: all traffic to and from its API."""
