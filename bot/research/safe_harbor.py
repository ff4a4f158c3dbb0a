"""The eighteen identifiers of HIPAA's Safe Harbor, one by one: what `--profile safe-harbor` does about each.

45 CFR 164.514(b)(2)(i), (A) to (R). The second condition, (ii), that nobody has actual knowledge by which a
person could be recognised, is one that no program can certify.
"""

HANDLED: tuple[tuple[str, str], ...] = (
    ("(A) Names", "absent: never stored"),
    (
        "(B) Geographic subdivisions smaller than a state",
        "organisation and invite are withheld (-96); no place is stored",
    ),
    (
        "(C) Dates, except the year; ages over 89",
        "cut to the year, -96 where that tells an age over 89; an item marked is_age has 90 for all of these",
    ),
    ("(D) Telephone numbers", "absent: never stored"),
    ("(E) Fax numbers", "absent: never stored"),
    ("(F) E-mail addresses", "absent: never stored"),
    ("(G) Social security numbers", "absent: never asked or stored"),
    ("(H) Medical record numbers", "absent: never asked or stored"),
    ("(I) Health plan beneficiary numbers", "absent: never asked or stored"),
    ("(J) Account numbers", "absent: chat accounts are stored under seal, apart from the answers"),
    ("(K) Certificate and licence numbers", "absent: never asked or stored"),
    ("(L) Vehicle identifiers and plates", "absent: never asked or stored"),
    ("(M) Device identifiers", "absent: never stored"),
    ("(N) Web addresses", "absent: never stored with an answer"),
    ("(O) IP addresses", "absent: never stored"),
    ("(P) Biometric identifiers", "absent: never asked or stored"),
    ("(Q) Full-face photographs", "absent: a picture that is sent is dropped unread"),
    (
        "(R) Any other unique number, characteristic or code",
        "the codes are made of random seeds (164.514(c)); items declared identifiers are withheld (-96)",
    ),
)

NOT_CERTIFIED = (
    "A program can't certify the second condition of Safe Harbor: that whoever discloses these data has no "
    "actual knowledge by which somebody in them could be recognised. Who knows the people has to judge that."
)
