"""What a researcher takes away: CSV files that need no explanation, and the same in other formats.

`bundle.export` reads one snapshot of the store and writes the folder; everything else here says what stands
in it. `docs/export.md` is the page for those who read the files.
"""
