"""What every web page of ours shares: its frame, its words, its headers and its limits."""
