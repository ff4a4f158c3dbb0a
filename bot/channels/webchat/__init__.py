"""The interview in a browser: a channel like the others, over the same hallway."""
