"""The rows of an interview, straight from its stored line: the quick way to what the tables declare.

Law: it writes what `response.Reader` and the tables write, to the byte. The tables say what a column means;
here whatever is the same for all interviews of an edition is worked out once, and no event is folded.
`verify` and the tests hold one against the other.
"""
