"""Exports: whole tables as CSV or JSON Lines, streamed; also what the command writes."""
