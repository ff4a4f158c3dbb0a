"""The report: what the collected answers say about the questionnaire, the segments and the claims.

Law: it can say nothing that an export couldn't, since it is made of an export's files; it says what is too
small to say (`rules`); it never turns a guess into a fact, a correlation into a cause, or one lucky test
among many into a finding. `making.report` puts it together; `docs/report.md` explains every
number.
"""
