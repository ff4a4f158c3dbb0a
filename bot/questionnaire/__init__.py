"""What we ask: the file format of questionnaires, its loader and its checks."""
