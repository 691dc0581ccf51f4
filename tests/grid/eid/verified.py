"""What the verifier says of a forged signature."""

from datetime import datetime

from grid.eid.forge import AT, Chain, genuine_chain, sent
from hanport.grid.eid.signature import Verdict, Why, verify


def verified(xml: str, made_by: Chain | None = None, *, at: datetime = AT, ocsp: bytes | None = None) -> Verdict:
    """The verdict, by the root of that chain alone."""
    return verify(sent(xml), (made_by or genuine_chain()).roots, at, ocsp=ocsp)


def why(xml: str, made_by: Chain | None = None, *, at: datetime = AT) -> Why | None:
    """Why it is refused."""
    return verified(xml, made_by, at=at).why
