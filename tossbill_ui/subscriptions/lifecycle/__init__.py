"""The subscription lifecycle: rules, transitions, invoices, dunning, events and notices."""
