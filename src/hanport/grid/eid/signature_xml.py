"""The form of a BankID signature: XML-DSig with two references, and not a thing beside.

Whatever is not in the form is refused: elements that are moved, doubled or wrapped, prefixes, comments, other
algorithms. What is read is read from the very bytes whose digest was proven: each signed element is brought into its
canonical form (Canonical XML 1.0), and only that is parsed again.

The form is that of genuine signatures, those of logins (funcId Identification) and of orders (Signing): BankID's
"Signature profile". Fields within srvInfo and clientInfo differ from app to app, so those are free.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from lxml import etree

from hanport.grid.closed_xml import Element, Flaw, NotClosed, parse
from hanport.grid.eid.verdict import Refused, Unreadable, Why

DSIG = "{http://www.w3.org/2000/09/xmldsig#}"
BANKID = "{http://www.bankid.com/signature/v1.0.0/types}"
CANONICAL = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SIMPLE_MARKDOWN = "simpleMarkdownV1"
# 40 000 characters of text, 200 000 of hidden data, four certificates of 4 096 bits, and as much again.
LONGEST = 524_288  # bytes
MOST_ELEMENTS = 500

_DATA_ID, _KEY_ID = "bidSignedData", "bidKeyInfo"
# Element -> its children and its attributes, in order: patterns over their names, each with a space behind it.
# None: whatever BankID's app wrote there.
_FORM: dict[str, tuple[str | None, str]] = {
    DSIG + "Signature": ("SignedInfo SignatureValue KeyInfo Object ", ""),
    DSIG + "SignedInfo": ("CanonicalizationMethod SignatureMethod (Reference )*", ""),
    DSIG + "CanonicalizationMethod": ("", "Algorithm "),
    DSIG + "SignatureMethod": ("", "Algorithm "),
    DSIG + "Reference": ("Transforms DigestMethod DigestValue ", "(Type )?URI "),
    DSIG + "Transforms": ("(Transform )*", ""),
    DSIG + "Transform": ("", "Algorithm "),
    DSIG + "DigestMethod": ("", "Algorithm "),
    DSIG + "DigestValue": ("", ""),
    DSIG + "SignatureValue": ("", ""),
    DSIG + "KeyInfo": ("X509Data ", "Id "),
    DSIG + "X509Data": ("(X509Certificate )+", ""),
    DSIG + "X509Certificate": ("", ""),
    DSIG + "Object": ("bankIdSignedData ", ""),
    BANKID + "bankIdSignedData": ("(usrVisibleData )?(usrNonVisibleData )?srvInfo clientInfo ", "Id "),
    BANKID + "usrVisibleData": ("", "charset (format )?visible "),
    BANKID + "usrNonVisibleData": ("", ""),
    BANKID + "srvInfo": (None, ""),
    BANKID + "clientInfo": (None, ""),
}
_EMPTY = {DSIG + name for name in ("CanonicalizationMethod", "SignatureMethod", "Transform", "DigestMethod")}
_SPACE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Parts:
    """The three elements that are signed, in their canonical form, and the signature's value."""

    signed_info: bytes = field(repr=False)
    value: bytes = field(repr=False)
    key_info: bytes = field(repr=False)
    signed_data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Content:
    """What was signed."""

    visible: str = field(repr=False)
    visible_format: str
    hidden: bytes = field(repr=False)
    document: str
    relying_party: str


def read(xml: bytes) -> Parts:
    """The parts of a document that is of BankID's form. Raises Refused, Unreadable."""
    root = _parsed(xml)
    if root.tag != DSIG + "Signature":
        if next(root.iter(DSIG + "Signature"), None) is not None:
            raise Refused(Why.SHAPE)
        raise Unreadable("This is XML, but no signature.", "Give what BankID's answer has as `signature`.")
    _check_names(root)
    _check_form(root)
    signed_info, value, key_info, wrapper = root
    parts = [_canonical(each) for each in (signed_info, key_info, wrapper[0])]
    return Parts(parts[0], decoded(value), parts[1], parts[2])


def digests(signed_info: bytes) -> tuple[bytes, bytes]:
    """The digests that the signature is of: of the signed data, and of the certificates. Raises Refused."""
    canonicalization, method, *references = _again(signed_info)
    _check_algorithm(canonicalization, CANONICAL)
    _check_algorithm(method, RSA_SHA256)
    pointed_at = [(each.get("URI"), each.get("Type")) for each in references]
    if pointed_at != [(f"#{_DATA_ID}", BANKID[1:-1]), (f"#{_KEY_ID}", None)]:
        raise Refused(Why.REFERENCE)
    found = []
    for transforms, digest_method, value in references:
        if len(transforms) != 1:
            raise Refused(Why.ALGORITHM)
        _check_algorithm(transforms[0], CANONICAL)
        _check_algorithm(digest_method, SHA256)
        found.append(decoded(value))
    return found[0], found[1]


def certificates(key_info: bytes) -> list[bytes]:
    """The certificates that are carried, in DER, in their order. Raises Refused."""
    (data,) = _again(key_info)
    return [decoded(each) for each in data]


def content(signed_data: bytes) -> Content:
    """What was signed. Raises Refused."""
    root = _again(signed_data)
    visible, hidden = root.find(BANKID + "usrVisibleData"), root.find(BANKID + "usrNonVisibleData")
    server, client = root[-2], root[-1]
    party = _only(server, "name", is_needed=False)
    form = ""
    if visible is not None:
        form = visible.get("format", "")
        if visible.get("visible") != "wysiwys":
            raise Refused(Why.NOT_SHOWN)
        if visible.get("charset") != "UTF-8" or form not in ("", SIMPLE_MARKDOWN):
            raise Refused(Why.SHAPE)
    return Content(
        visible="" if visible is None else _text(decoded(visible)),
        visible_format=form,
        hidden=b"" if hidden is None else decoded(hidden),
        document=(_only(client, "funcId").text or "").strip(),
        relying_party="" if party is None else _text(decoded(party)),
    )


def decoded(element: Element) -> bytes:
    """What an element holds in base64, lines and white space left out. Raises Refused."""
    return from_base64((element.text or "").encode())


def from_base64(text: bytes) -> bytes:
    """The bytes of a base64 text, which must be the only way to write them. Raises Refused."""
    packed = text.translate(None, _SPACE)
    try:
        found = base64.b64decode(packed, validate=True)
    except binascii.Error:
        raise Refused(Why.ENCODING) from None
    if base64.b64encode(found) != packed:
        raise Refused(Why.ENCODING)
    return found


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Refused(Why.ENCODING) from None


def _parsed(xml: bytes) -> Element:
    try:
        return parse(xml, LONGEST, keeps_remarks=True)
    except NotClosed as wrong:
        if wrong.flaw is Flaw.DOCTYPE:
            raise Refused(Why.DOCTYPE) from None
        if wrong.flaw is Flaw.TRAILING:
            raise Refused(Why.TRAILING) from None
        if wrong.flaw is Flaw.TOO_LONG:
            raise Unreadable(
                f"The XML is longer than {LONGEST // 1024} kB.", "No signature of BankID's can be so long."
            ) from None
        raise Unreadable("This is neither XML nor XML in base64.", "Give the whole signature.") from None


def _again(canonical: bytes) -> Element:
    return parse(canonical, len(canonical))


def _check_names(root: Element) -> None:
    """Nothing but elements, in the two namespaces, without prefixes; each Id in its place and once."""
    for number, node in enumerate(_nodes(root)):
        if node.tag is etree.Comment:
            raise Refused(Why.COMMENT)
        if node.tag is etree.PI:
            raise Refused(Why.INSTRUCTION)
        if number >= MOST_ELEMENTS or not isinstance(node.tag, str):
            raise Refused(Why.SHAPE)
        namespace = node.tag.partition("}")[0] + "}"
        if namespace not in (DSIG, BANKID) or node.nsmap != {None: namespace[1:-1]}:
            raise Refused(Why.NAMESPACE)
        if any(name.startswith("{") for name in node.attrib):
            raise Refused(Why.NAMESPACE)
    marked = [(n.tag, name, n.get(name)) for n in root.iter() for name in n.attrib if name.lower() == "id"]
    if marked != [(DSIG + "KeyInfo", "Id", _KEY_ID), (BANKID + "bankIdSignedData", "Id", _DATA_ID)]:
        raise Refused(Why.IDENTIFIER)


def _nodes(root: Element) -> Iterator[Element]:
    """Everything in the document, with what stands before and behind its root."""
    yield from root.itersiblings(preceding=True)
    yield from root.itersiblings()
    yield from root.iter()


def _check_form(element: Element) -> None:
    if element.tag not in _FORM:
        raise Refused(Why.SHAPE)
    children, attributes = _FORM[element.tag]
    if not re.fullmatch(attributes, _sequence(sorted(element.attrib))):
        raise Refused(Why.SHAPE)
    if children is None:
        _check_free(element)
        return
    if not re.fullmatch(children, _sequence(etree.QName(each).localname for each in element)):
        raise Refused(Why.SHAPE)
    if len(element) or element.tag in _EMPTY:
        _check_blank(element)
    for each in element:
        _check_form(each)


def _check_free(element: Element) -> None:
    """Fields and groups of fields of BankID's own, each with either text or fields."""
    for each in element.iter():
        if not each.tag.startswith(BANKID):
            raise Refused(Why.NAMESPACE)
        if len(each):
            _check_blank(each)


def _check_blank(element: Element) -> None:
    """Nothing but white space stands between the children."""
    if any(text and text.strip() for text in (element.text, *(each.tail for each in element))):
        raise Refused(Why.SHAPE)


def _check_algorithm(element: Element, only: str) -> None:
    if element.get("Algorithm") != only:
        raise Refused(Why.ALGORITHM)


def _only(parent: Element, name: str, *, is_needed: bool = True) -> Element:
    found = parent.findall(BANKID + name)
    if len(found) > 1 or (is_needed and not found) or any(len(each) for each in found):
        raise Refused(Why.SHAPE)
    return found[0] if found else None


def _sequence(names: Iterator[str] | list[str]) -> str:
    return "".join(f"{name} " for name in names)


def _canonical(element: Element) -> bytes:
    """Canonical XML 1.0 of an element. It is made a document of its own first, without what stands behind it: in a tree
    where the namespace changes libxml2 declares `xmlns=""` in the element's children.
    """
    alone = deepcopy(element)
    alone.tail = None
    written: bytes = etree.tostring(alone.getroottree(), method="c14n", with_comments=False)
    return written
