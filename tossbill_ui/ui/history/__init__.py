"""The history page: filters, rows, chart, file and printout."""
