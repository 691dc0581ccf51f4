"""What is said of a signature: genuine, or why not, and what it proves."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hanport.errors import HanportError


class Unreadable(HanportError):
    """It is no signature of BankID's form at all. The text repeats nothing of it."""


class Why(StrEnum):
    """Why a signature is not taken."""

    # The form
    DOCTYPE = "doctype"
    COMMENT = "comment"
    INSTRUCTION = "instruction"
    TRAILING = "trailing"
    NAMESPACE = "namespace"
    IDENTIFIER = "identifier"
    SHAPE = "shape"
    ENCODING = "encoding"
    NOT_SHOWN = "not_shown"
    # The signature
    ALGORITHM = "algorithm"
    REFERENCE = "reference"
    SIGNATURE = "signature"
    DATA_DIGEST = "data_digest"
    KEY_DIGEST = "key_digest"
    # The certificates
    CERTIFICATE = "certificate"
    EXTRA_CERTIFICATE = "extra_certificate"
    CHAIN = "chain"
    ROOT = "root"
    VALIDITY = "validity"
    AUTHORITY = "authority"
    KEY_USAGE = "key_usage"
    POLICY = "policy"
    WEAK_KEY = "weak_key"
    WEAK_HASH = "weak_hash"
    CRITICAL = "critical"
    NO_PERSON = "no_person"
    # The answer of the certificate's issuer (OCSP)
    OCSP_UNREADABLE = "ocsp_unreadable"
    OCSP_ERROR = "ocsp_error"
    OCSP_RESPONDER = "ocsp_responder"
    OCSP_SIGNATURE = "ocsp_signature"
    OCSP_CERTIFICATE = "ocsp_certificate"
    OCSP_REVOKED = "ocsp_revoked"
    OCSP_UNKNOWN = "ocsp_unknown"
    OCSP_TIME = "ocsp_time"
    OCSP_NONCE = "ocsp_nonce"
    OCSP_ABSENT = "ocsp_absent"
    # What was asked for
    DOCUMENT = "document"
    PERSON = "person"
    TEXT = "text"
    TEXT_FORMAT = "text_format"
    HIDDEN_DATA = "hidden_data"
    RELYING_PARTY = "relying_party"

    @property
    def explanation(self) -> str:
        """What is wrong, in words for people."""
        return _EXPLANATIONS[self]


# For people. The texts say what is wrong of the thing, and nothing of what is in it.
_EXPLANATIONS = {
    Why.DOCTYPE: "The XML has a DOCTYPE or declares an entity. BankID's never do.",
    Why.COMMENT: "The XML has a comment, which could part what is signed from what is read.",
    Why.INSTRUCTION: "The XML has a processing instruction. BankID's never do.",
    Why.TRAILING: "Something stands behind the end of the XML.",
    Why.NAMESPACE: "A name has a prefix, or belongs to another namespace than the two of the form.",
    Why.IDENTIFIER: "An Id stands in another place than the two of the form, twice, or not at all.",
    Why.SHAPE: "An element is missing, added, moved, or has other attributes than BankID's form has.",
    Why.ENCODING: "A field is not in base64, or its text is not in UTF-8.",
    Why.NOT_SHOWN: "The text is not marked as one that the person saw.",
    Why.ALGORITHM: "Another algorithm than RSA-SHA256, SHA-256 and canonical XML 1.0 is named.",
    Why.REFERENCE: "The two references are not those to the signed data and to the certificates.",
    Why.SIGNATURE: "The signature was not made with the key of the person's certificate, or of other digests.",
    Why.DATA_DIGEST: "The text, the hidden data or what else was signed has been changed.",
    Why.KEY_DIGEST: "The certificates are others than those that were signed.",
    Why.CERTIFICATE: "A certificate cannot be read.",
    Why.EXTRA_CERTIFICATE: "More certificates are carried than lead from the person to the root.",
    Why.CHAIN: "A certificate was not issued by the one that follows it.",
    Why.ROOT: "The certificates do not lead to the root that was given.",
    Why.VALIDITY: "A certificate was not valid at that time.",
    Why.AUTHORITY: "A certificate has issued another, and may not: by its kind, its use or the path's length.",
    Why.KEY_USAGE: "The person's certificate is not one for signatures.",
    Why.POLICY: "The kind of BankID, its certificate policy, is none of those that are taken.",
    Why.WEAK_KEY: "A key is of another kind or shorter than BankID's are.",
    Why.WEAK_HASH: "A certificate is signed with a hash that is broken, such as SHA-1.",
    Why.CRITICAL: "A certificate has a critical extension that is not understood.",
    Why.NO_PERSON: "The certificate does not name one person with a number of 12 digits.",
    Why.OCSP_UNREADABLE: "The OCSP response cannot be read.",
    Why.OCSP_ERROR: "The OCSP response is an error of the responder.",
    Why.OCSP_RESPONDER: "The OCSP response comes from nobody whom the certificate's issuer has named.",
    Why.OCSP_SIGNATURE: "The signature of the OCSP response is wrong.",
    Why.OCSP_CERTIFICATE: "The OCSP response is about another certificate.",
    Why.OCSP_REVOKED: "The certificate was revoked.",
    Why.OCSP_UNKNOWN: "The issuer does not know the certificate.",
    Why.OCSP_TIME: "The OCSP response is of another time.",
    Why.OCSP_NONCE: "The OCSP response was made for another signature.",
    Why.OCSP_ABSENT: "The OCSP response is missing.",
    Why.DOCUMENT: "It is a login where a signature was asked for, or the other way about.",
    Why.PERSON: "Another person has signed.",
    Why.TEXT: "Another text was signed than the one that was sent.",
    Why.TEXT_FORMAT: "The text was shown in another format than the one that was asked for.",
    Why.HIDDEN_DATA: "Other hidden data were signed than those that were sent.",
    Why.RELYING_PARTY: "It was made for somebody else.",
}


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
