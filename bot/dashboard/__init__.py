"""What an organisation's staff see and do: counts and invites, never a person."""
