"""What is said of a signature: genuine, or why not, and what it proves."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from hanport.errors import HanportError


class Unreadable(HanportError):
    """It is no signature of BankID's form at all. The text repeats nothing of it."""


class Why(StrEnum):
    """Why a signature is not taken. Each has its explanation in words."""

    explanation: str

    def __new__(cls, word: str, explanation: str) -> Self:
        made = str.__new__(cls, word)
        made._value_ = word
        made.explanation = explanation
        return made

    # The form
    DOCTYPE = "doctype", "The XML has a DOCTYPE or declares an entity. BankID's never do."
    COMMENT = "comment", "The XML has a comment, which could part what is signed from what is read."
    INSTRUCTION = "instruction", "The XML has a processing instruction. BankID's never do."
    TRAILING = "trailing", "Something stands behind the end of the XML."
    NAMESPACE = "namespace", "A name has a prefix, or belongs to another namespace than the two of the form."
    IDENTIFIER = "identifier", "An Id stands in another place than the two of the form, twice, or not at all."
    SHAPE = "shape", "An element is missing, added, moved, or has other attributes than BankID's form has."
    ENCODING = "encoding", "A field is not in base64, or its text is not in UTF-8."
    NOT_SHOWN = "not_shown", "The text is not marked as one that the person saw."
    # The signature
    ALGORITHM = "algorithm", "Another algorithm than RSA-SHA256, SHA-256 and canonical XML 1.0 is named."
    REFERENCE = "reference", "The two references are not those to the signed data and to the certificates."
    SIGNATURE = "signature", "The signature was not made with the key of the person's certificate, or of other digests."
    DATA_DIGEST = "data_digest", "The text, the hidden data or what else was signed has been changed."
    KEY_DIGEST = "key_digest", "The certificates are others than those that were signed."
    # The certificates
    CERTIFICATE = "certificate", "A certificate cannot be read."
    EXTRA_CERTIFICATE = "extra_certificate", "More certificates are carried than lead from the person to the root."
    CHAIN = "chain", "A certificate was not issued by the one that follows it."
    ROOT = "root", "The certificates do not lead to the root that was given."
    VALIDITY = "validity", "A certificate was not valid at that time."
    AUTHORITY = "authority", "A certificate has issued another, and may not: by its kind, its use or the path's length."
    KEY_USAGE = "key_usage", "The person's certificate is not one for signatures."
    POLICY = "policy", "The kind of BankID, its certificate policy, is none of those that are taken."
    WEAK_KEY = "weak_key", "A key is of another kind or shorter than BankID's are."
    WEAK_HASH = "weak_hash", "A certificate is signed with a hash that is broken, such as SHA-1."
    CRITICAL = "critical", "A certificate has a critical extension that is not understood."
    NO_PERSON = "no_person", "The certificate does not name one person with a number of 12 digits."
    # The answer of the certificate's issuer (OCSP)
    OCSP_UNREADABLE = "ocsp_unreadable", "The OCSP response cannot be read."
    OCSP_ERROR = "ocsp_error", "The OCSP response is an error of the responder."
    OCSP_RESPONDER = "ocsp_responder", "The OCSP response comes from nobody whom the certificate's issuer has named."
    OCSP_SIGNATURE = "ocsp_signature", "The signature of the OCSP response is wrong."
    OCSP_CERTIFICATE = "ocsp_certificate", "The OCSP response is about another certificate."
    OCSP_REVOKED = "ocsp_revoked", "The certificate was revoked."
    OCSP_UNKNOWN = "ocsp_unknown", "The issuer does not know the certificate."
    OCSP_TIME = "ocsp_time", "The OCSP response is of another time."
    OCSP_NONCE = "ocsp_nonce", "The OCSP response was made for another signature."
    OCSP_ABSENT = "ocsp_absent", "The OCSP response is missing."
    # What was asked for
    DOCUMENT = "document", "It is a login where a signature was asked for, or the other way about."
    PERSON = "person", "Another person has signed."
    TEXT = "text", "Another text was signed than the one that was sent."
    TEXT_FORMAT = "text_format", "The text was shown in another format than the one that was asked for."
    HIDDEN_DATA = "hidden_data", "Other hidden data were signed than those that were sent."
    RELYING_PARTY = "relying_party", "It was made for somebody else."


class Refused(Exception):
    """The signature is not taken: how the parts of the verifier tell it."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """The person, as the certificate names them: a number of 12 digits, and names, "" where there is none.

    `repr()` shows the year of birth alone: a signer that reaches a log by accident says nothing.
    """

    number: str
    name: str
    given_name: str
    surname: str

    def __repr__(self) -> str:
        return f"Signer({self.number[:4]}****-****)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Genuine, or `why` not. Of one that is not genuine nothing else is told: it could be anybody's words.

    `visible` is the text that the person saw ("" for a login without one), `visible_format` "simpleMarkdownV1" or "";
    `document` is BankID's funcId; `relying_party` the distinguished name of whom it was made for;
    `certificate_serial` is in hexadecimal; `ocsp` is "good", or "absent" where no response was given.
    """

    genuine: bool
    why: Why | None
    signer: Signer | None = None
    visible: str = field(default="", repr=False)
    visible_format: str = ""
    hidden: bytes = field(default=b"", repr=False)
    document: str = ""
    relying_party: str = ""
    policies: tuple[str, ...] = ()
    certificate_serial: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    ocsp: str = ""

    def __post_init__(self) -> None:
        if self.genuine == (self.why is not None) or self.genuine == (self.signer is None):
            raise ValueError("a genuine signature has a signer and no reason against it, another has a reason alone")
