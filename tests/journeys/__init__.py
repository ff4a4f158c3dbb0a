"""Journeys: the same files, played over every channel and every store."""
