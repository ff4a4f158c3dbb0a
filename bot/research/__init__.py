"""What a researcher takes away."""
