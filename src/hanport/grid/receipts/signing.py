"""Signs receipts with the company's newest key, as JSON and as the PDF that holds the JSON."""

from hanport.grid.keys import Keyring
from hanport.grid.receipts.format import PDF_FORMAT, Content, canonical, covered, covered_pdf


def signed_json(keyring: Keyring, content: Content) -> bytes:
    """The receipt's file. `content` is all that it says, without key and signature."""
    key_id, signer = keyring.signer()
    named = content | {"key": {"id": key_id, "public_key": signer.public_key().public_bytes_raw().hex()}}
    return canonical(named | {"signature": signer.sign(covered(named)).hex()}) + b"\n"


def signed_pdf(keyring: Keyring, pdf: bytes, receipt: bytes) -> bytes:
    """A PDF that holds the receipt's file as it is, with a comment after its end that says where, and signs all.

    Raises ValueError where the PDF does not hold it exactly once.
    """
    if pdf.count(receipt) != 1:
        raise ValueError("the PDF does not hold the receipt once")
    begun = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    begun += f"%{PDF_FORMAT} {pdf.index(receipt)} {len(receipt)} ".encode()
    _, signer = keyring.signer()
    return begun + signer.sign(covered_pdf(begun)).hex().encode() + b"\n"
