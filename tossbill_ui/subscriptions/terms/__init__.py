"""What customers and shop agreed on: plans, prices, consent."""
