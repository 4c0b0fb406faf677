"""Check characters of the field's identifiers. Shape is the schema's business and is taken for granted here."""

from operator import mul

PLACEHOLDER_ULN = "9999999999"
_ULN_WEIGHTS = range(10, 0, -1)
_UCI_LETTERS = "ABCDEFGHKLMRTVWXY"


def uln_is_right(uln: str) -> bool:
    """Whether ten digits are a Unique Learner Number.

    Weighted 10 to 1, the digits sum to 10 modulo 11 (HESA, C17051 field ULN; equal to the census rule 1575).
    """
    return uln[0] != "0" and sum(map(mul, map(int, uln), _ULN_WEIGHTS)) % 11 == 10


def uci_is_right(uci: str) -> bool:
    """Whether 13 characters are a Unique Candidate Identifier.

    Weights 16 to 5 over twelve characters (a board letter counts A=1, B=2, …), modulo 17, name the last letter
    (WJEC's published weights; the letter table agrees in three independent sources).
    """
    values = [int(c) if c.isdigit() else ord(c) - ord("A") + 1 for c in uci[:12]]
    return _UCI_LETTERS[sum(v * w for v, w in zip(values, range(16, 4, -1), strict=True)) % 17] == uci[12]


def qan_is_right(qan: str) -> bool:
    """Whether `NNN/NNNN/C` carries the right check character.

    Weights 8 to 2 over seven digits, modulo 11, 10 written X: solved from 62 published numbers and confirmed on
    19 more; no specification was found, so a failure is a warning and never an error.
    """
    digits = qan.replace("/", "")
    total = sum(int(d) * w for d, w in zip(digits[:7], range(8, 1, -1), strict=True)) % 11
    return ("X" if total == 10 else str(total)) == digits[7]
