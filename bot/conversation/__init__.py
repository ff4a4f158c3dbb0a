"""The sans-IO core: what we say next, and its words."""
