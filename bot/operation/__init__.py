"""What whoever runs it needs to know: is it well, what waits, what to do."""
