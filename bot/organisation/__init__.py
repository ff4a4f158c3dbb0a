"""Who asks: the file format of organisations, its loader and its checks."""
