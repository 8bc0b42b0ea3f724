"""The history page: what is chosen, the rows, the chart, the file."""
