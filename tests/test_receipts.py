"""Receipts: whatever bit of one changes, it is no longer genuine; and what `receipt verify` says offline."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import make_ledger
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from gradepost.document.canonical import sha256
from gradepost.model.receipts import Key
from gradepost.model.trouble import ConfigurationError
from gradepost.receipt import SigningKey, public_key_of, read_receipt
from gradepost.receipt.signing import instant_text, key_id

FOLDER = make_ledger.LEDGER / make_ledger.MERGED.folder
TAGS, RECEIPT = FOLDER / "UV21578.tags.json", FOLDER / "receipts/000000000004-UV21578.tags.json"
KEY = make_ledger.KEY
AT = datetime(2021, 5, 18, 15, 0, 7, 250_000, tzinfo=UTC)
ALWAYS = Key(KEY.id, KEY.public, datetime(1, 1, 1, tzinfo=UTC), None)


@pytest.fixture(scope="module")
def fault(book):
    """What is wrong with the bytes of a receipt, or None."""

    def found(raw: bytes, key: Key = ALWAYS) -> str | None:
        return read_receipt("r.json", raw, book.schemas["receipt"], [key]).fault

    return found


def signed(book, key: SigningKey = KEY, **facts) -> bytes:
    """The receipt with other facts, signed."""
    receipt = json.loads(RECEIPT.read_bytes()) | facts
    unsigned = {name: value for name, value in receipt.items() if name not in ("key", "signature")}
    return key.sign(unsigned, book.schemas["receipt"].layout)


# Genuine or not


def test_a_receipt_of_the_ledger_is_genuine(fault):
    assert fault(RECEIPT.read_bytes()) is None


def test_signing_the_same_facts_again_gives_the_same_bytes(book):
    assert signed(book) == RECEIPT.read_bytes()


def test_what_a_new_key_signs_that_key_verifies(book, fault):
    key = SigningKey.make()

    raw = signed(book, key, on_time=False)

    assert fault(raw, Key(key.id, key.public, ALWAYS.not_before, None)) is None
    assert fault(raw) == "It is signed by a key that is not in the ledger."


def test_every_single_changed_bit_is_noticed(fault):
    genuine = RECEIPT.read_bytes()
    unnoticed = []

    for bit in range(len(genuine) * 8):
        changed = bytearray(genuine)
        changed[bit // 8] ^= 1 << bit % 8
        if fault(bytes(changed)) is None:
            unnoticed.append(bit)

    assert unnoticed == []


@given(st.integers(0, 2000), st.binary(max_size=3), st.integers(0, 3))
def test_no_other_spelling_of_a_receipt_is_genuine(fault, at, piece, gone):
    genuine = RECEIPT.read_bytes()

    changed = genuine[:at] + piece + genuine[at + gone :]

    assert changed == genuine or fault(changed) is not None


def test_every_property_is_signed(book, fault):
    genuine = json.loads(RECEIPT.read_bytes())
    others = {
        "id": "z" * 20,
        "seq": 5,
        "form": "schedule",
        "path": "submissions/x.json",
        "sha256": "0" * 64,
        "received_sha256": "0" * 64,
        "bytes": 1,
        "received_at": "2021-05-18T15:00:07.251Z",
        "deadline": None,
        "on_time": False,
        "submitted_by": {"ref": "p-10234-head", "role": "exams-officer"},
        "channel": "form",
        "attested": {"ref": "p-10234-head", "method": "email-link", "at": "2021-05-18T15:00:07.250Z"},
        "book": f"sha256:{'0' * 64}",
        "previous": None,
        "demo": False,
    }
    assert {*others, "key", "signature"} == set(genuine)

    for name, value in others.items():
        changed = book.schemas["receipt"].layout.bytes_of(genuine | {name: value})

        assert fault(changed) == "Its signature does not hold.", name


@pytest.mark.parametrize(
    "spelling",
    [
        lambda text: text[:-3] + chr(ord(text[-3]) + 1) + "==",  # A, Q, g or w become B, R, h or x: unused bits set
        lambda text: text.rstrip("="),
        lambda text: text + "=",
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: text.replace("+", "-").replace("/", "_"),
        lambda text: text[:40] + "\n" + text[40:],
        lambda text: text.lower(),
        lambda text: "",
    ],
)
def test_a_signature_has_one_spelling(book, fault, spelling):
    receipt = json.loads(RECEIPT.read_bytes())
    changed = receipt | {"signature": spelling(receipt["signature"])}
    assert changed != receipt

    raw = book.schemas["receipt"].layout.bytes_of(changed)

    assert fault(raw) is not None


def test_unused_bits_of_base64_would_decode_to_the_same_signature(book, fault):
    receipt = json.loads(RECEIPT.read_bytes())
    text = receipt["signature"]
    other = text[:-3] + chr(ord(text[-3]) + 1) + "=="
    assert base64.b64decode(other) == base64.b64decode(text)

    raw = book.schemas["receipt"].layout.bytes_of(receipt | {"signature": other})

    assert fault(raw) == "Its signature does not hold."


def test_the_same_values_in_another_layout_are_no_receipt(fault):
    compact = json.dumps(json.loads(RECEIPT.read_bytes())).encode()

    assert fault(compact) == "It is not a receipt in canonical form."


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"null", b"\xff", b"{" * 50, b'"receipt"'])
def test_what_is_no_receipt_is_none(fault, raw):
    assert fault(raw).startswith("It is not a receipt")


@pytest.mark.parametrize(
    ("not_before", "not_after", "holds"),
    [
        (AT, None, True),
        (AT + timedelta(milliseconds=1), None, False),
        (AT - timedelta(days=1), AT, True),
        (AT - timedelta(days=1), AT - timedelta(milliseconds=1), False),
    ],
)
def test_a_key_counts_from_its_first_instant_to_its_last(fault, not_before, not_after, holds):
    said = fault(RECEIPT.read_bytes(), Key(KEY.id, KEY.public, not_before, not_after))

    assert (said is None) == holds
    assert holds or said == "It is signed by a key that was not valid at that time."


def test_another_key_under_the_same_id_does_not_do(fault):
    other = SigningKey.make()

    assert fault(RECEIPT.read_bytes(), Key(KEY.id, other.public, ALWAYS.not_before, None)) is not None


def test_of_several_keys_the_one_that_is_named_counts(book):
    keys = [Key(other.id, other.public, ALWAYS.not_before, None) for other in (SigningKey.make(), SigningKey.make())]

    read = read_receipt("r.json", RECEIPT.read_bytes(), book.schemas["receipt"], [*keys, ALWAYS])

    assert read.fault is None


# Keys


def test_a_key_keeps_its_id_through_pem():
    key = SigningKey.make()

    again = SigningKey.from_pem(key.to_pem())

    assert again.id == key.id == key_id(key.public)
    assert public_key_of(key.public_pem()) == key.public
    assert public_key_of(base64.b64encode(key.public) + b"\n") == key.public


def curve() -> tuple[bytes, bytes]:
    """A private and a public key of another kind."""
    key = generate_private_key(SECP256R1())
    return (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    )


@pytest.mark.parametrize("pem", [b"", b"x", KEY.public_pem(), curve()[0], KEY.to_pem()[:80]])
def test_what_is_no_signing_key_is_our_own_mistake(pem):
    with pytest.raises(ConfigurationError):
        SigningKey.from_pem(pem)


@pytest.mark.parametrize("text", [b"", b"x", b"\xff", b"AAAA", KEY.to_pem(), curve()[1], KEY.public_pem()[:60]])
def test_what_is_no_public_key_is_our_own_mistake(text):
    with pytest.raises(ConfigurationError):
        public_key_of(text)


@pytest.mark.parametrize(
    "at", ["2021-05-18T15:00:07.250+00:00", "2021-05-18T16:00:07.250999+01:00", "2021-05-18T05:00:07.250-10:00"]
)
def test_an_instant_is_written_in_utc_with_milliseconds(at):
    assert instant_text(datetime.fromisoformat(at)) == "2021-05-18T15:00:07.250Z"


# The command


@pytest.fixture
def public(tmp_path: Path) -> Path:
    path = tmp_path / "receipt.pub.pem"
    path.write_bytes(KEY.public_pem())
    return path


def test_verify_says_what_a_genuine_receipt_says(gradepost, public):
    ran = gradepost("receipt", "verify", RECEIPT, "--key", public)

    assert ran.code == 0
    assert ran.out == f"{RECEIPT}: genuine. Number 4, received 2021-05-18T15:00:07.250Z, on time.\n"


def test_verify_takes_the_key_as_base64(gradepost, tmp_path):
    key = tmp_path / "key.txt"
    key.write_bytes(base64.b64encode(KEY.public) + b"\n")

    assert gradepost("receipt", "verify", RECEIPT, "--key", key).code == 0


def test_verify_says_late(gradepost, public, tmp_path, book):
    late = tmp_path / "late.json"
    late.write_bytes(signed(book, on_time=False))

    ran = gradepost("receipt", "verify", late, "--key", public)

    assert ran.code == 0
    assert ran.out.endswith(", late.\n")


def test_verify_knows_the_document_as_it_was_filed(gradepost, public):
    assert gradepost("receipt", "verify", RECEIPT, "--document", TAGS, "--key", public).code == 0


def test_verify_knows_the_document_as_it_was_sent(gradepost, public, tmp_path, book):
    sent = tmp_path / "sent.json"
    raw = [s for s in make_ledger.submissions({}, book) if s.document["form"] == "tags"][1].raw
    sent.write_bytes(raw)
    assert raw != TAGS.read_bytes()
    assert sha256(raw) == json.loads(RECEIPT.read_bytes())["received_sha256"]

    ran = gradepost("receipt", "verify", RECEIPT, "--document", sent, "--key", public)

    assert ran.code == 0


def test_verify_refuses_another_document(gradepost, public):
    other = FOLDER / "UV21578.schedule.json"

    ran = gradepost("receipt", "verify", RECEIPT, "--document", other, "--key", public)

    assert ran.code == 1
    assert f"genuine, but of another document than {other}." in ran.out


def test_verify_refuses_a_changed_receipt(gradepost, public, tmp_path):
    changed = tmp_path / "changed.json"
    changed.write_bytes(RECEIPT.read_bytes().replace(b'"on_time": true', b'"on_time": false'))

    ran = gradepost("receipt", "verify", changed, "--key", public)

    assert ran.code == 1
    assert ran.out == f"{changed}: not genuine. Its signature does not hold.\n"


def test_verify_refuses_another_key(gradepost, tmp_path):
    other = tmp_path / "other.pem"
    other.write_bytes(SigningKey.make().public_pem())

    ran = gradepost("receipt", "verify", RECEIPT, "--key", other)

    assert ran.code == 1
    assert ran.out == f"{RECEIPT}: not genuine. It is signed by another key.\n"


def test_verify_refuses_what_is_no_receipt(gradepost, public):
    ran = gradepost("receipt", "verify", TAGS, "--key", public)

    assert ran.code == 1
    assert "not genuine. It is not a receipt" in ran.out


def test_verify_cannot_work_with_a_key_that_is_none(gradepost, tmp_path):
    key = tmp_path / "key.pem"
    key.write_text("no key")

    ran = gradepost("receipt", "verify", RECEIPT, "--key", key)

    assert ran.code == 2
    assert "neither PEM nor base64" in ran.err


@pytest.mark.parametrize(
    "arguments", [[RECEIPT], ["nowhere.json", "--key", RECEIPT], [RECEIPT, "--key", "nowhere.pem"]]
)
def test_verify_without_its_files_is_wrong_usage(gradepost, arguments):
    assert gradepost("receipt", "verify", *arguments).code == 2
