"""What the answers mean: pure arithmetic."""
