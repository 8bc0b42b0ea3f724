"""The terms of subscriptions: plans, prices, consent."""
