"""BankID signatures with one thing wrong in their form, and the reason for which each must be refused.

Where it can be, the signature itself is right: the forger has signed what is altered.
"""

from grid.eid.forge import (
    BANKID,
    CANONICAL,
    DECLARATION,
    DSIG,
    HIDDEN,
    TEXT,
    Order,
    base64_of,
    genuine_chain,
    key_info,
    reference,
    rsa_key,
    sealed,
    signature,
    signed_info,
    whole,
)
from hanport.grid.eid.signature import Why

GENUINE = signature()
DATA, KEYS = Order().written(), key_info(genuine_chain().carried)
INFO = signed_info(DATA, KEYS)
EVIL = Order(visible="Öppna grannens port.").written()
SHOWN, UNSEEN = base64_of(TEXT), base64_of(HIDDEN)
LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))

Altered = dict[str, tuple[str, Why]]


def put(old: str, new: str, within: str = GENUINE) -> str:
    """The text with one thing in the place of another, which must be there."""
    assert old in within
    return within.replace(old, new, 1)


def declared(new: str) -> str:
    """The genuine one with something behind its declaration."""
    return put(DECLARATION, DECLARATION + new)


CLOSED: Altered = {
    "a doctype": (declared("<!DOCTYPE Signature>"), Why.DOCTYPE),
    "a doctype of a file": (declared('<!DOCTYPE Signature SYSTEM "file:///etc/passwd">'), Why.DOCTYPE),
    "a bomb of entities": (
        put("Signing", "&a11;", declared(f"<!DOCTYPE Signature [{LAUGHS}]>")),
        Why.DOCTYPE,
    ),
    "an entity from a file": (
        put("Signing", "&f;", declared('<!DOCTYPE Signature [<!ENTITY f SYSTEM "file:///etc/passwd">]>')),
        Why.DOCTYPE,
    ),
    "an attribute that is an Id": (
        declared("<!DOCTYPE Signature [<!ATTLIST Object x ID #IMPLIED>]>"),
        Why.DOCTYPE,
    ),
    "a comment in the text": (put(SHOWN, f"{SHOWN[:8]}<!-- -->{SHOWN[8:]}"), Why.COMMENT),
    "a comment in the kind": (put("Signing", "Sign<!-- -->ing"), Why.COMMENT),
    "a comment before": (declared("<!-- a -->"), Why.COMMENT),
    "a comment behind": (GENUINE + "<!-- a -->", Why.COMMENT),
    "a comment in the key": (put("MII", "MI<!---->I"), Why.COMMENT),
    "an instruction within": (put("<Object>", "<Object><?a b?>"), Why.INSTRUCTION),
    "an instruction before": (declared('<?xml-stylesheet href="a"?>'), Why.INSTRUCTION),
    "an instruction behind": (GENUINE + "<?a b?>", Why.INSTRUCTION),
    "letters behind": (GENUINE + "x", Why.TRAILING),
    "a second document": (GENUINE + GENUINE.partition("?>")[2], Why.TRAILING),
    "a zero behind": (GENUINE + "<", Why.TRAILING),
}

PREFIXED = GENUINE.partition("?>")[2]
for _each in ("Signature", "SignedInfo"):
    PREFIXED = PREFIXED.replace(f"<{_each} ", f"<d:{_each} ").replace(f"</{_each}>", f"</d:{_each}>")

NAMES: Altered = {
    "prefixes": (PREFIXED.replace("xmlns=", f'xmlns:d="{DSIG}" xmlns=', 1), Why.NAMESPACE),
    "a prefix that is not used": (put("<Signature ", '<Signature xmlns:x="urn:x" '), Why.NAMESPACE),
    "a prefix within what is signed": (
        sealed(put("<srvInfo>", '<srvInfo xmlns:x="urn:x">', DATA), KEYS),
        Why.NAMESPACE,
    ),
    "no namespace": (put("<funcId>Signing", '<funcId xmlns="">Signing'), Why.NAMESPACE),
    "no namespace, though signed": (sealed(put("<funcId>", '<funcId xmlns="">', DATA), KEYS), Why.NAMESPACE),
    "a foreign namespace": (sealed(put("<uauth>", '<uauth xmlns="urn:x">', DATA), KEYS), Why.NAMESPACE),
    "the namespace of signatures within the data": (
        sealed(put("<uauth>", f'<uauth xmlns="{DSIG}">', DATA), KEYS),
        Why.NAMESPACE,
    ),
    "data in the namespace of signatures": (sealed(put(BANKID, DSIG, DATA), KEYS), Why.IDENTIFIER),
    "another namespace of signatures": (
        GENUINE.replace(f'KeyInfo xmlns="{DSIG}', 'KeyInfo xmlns="urn:x'),
        Why.NAMESPACE,
    ),
    "an attribute with a prefix": (put("<Signature ", '<Signature xml:base="http://x" '), Why.NAMESPACE),
    "an xml:id": (put("<Object>", '<Object xml:id="bidSignedData">'), Why.NAMESPACE),
    "a part in BankID's namespace": (put(f'<SignedInfo xmlns="{DSIG}"', f'<SignedInfo xmlns="{BANKID}"'), Why.SHAPE),
    "an Id twice": (put("<Object>", '<Object Id="bidSignedData">'), Why.IDENTIFIER),
    "an Id in small letters": (put("<Object>", '<Object id="bidSignedData">'), Why.IDENTIFIER),
    "an Id in the app's fields": (sealed(put("<ai>", '<ai Id="bidSignedData">', DATA), KEYS), Why.IDENTIFIER),
    "an Id of another name": (sealed(put('"bidSignedData"', '"a"', DATA), KEYS), Why.IDENTIFIER),
    "an Id of the signature": (put("<SignatureValue>", '<SignatureValue Id="a">'), Why.IDENTIFIER),
    "no Id of the data": (sealed(put(' Id="bidSignedData"', "", DATA), KEYS), Why.IDENTIFIER),
    "no Id of the certificates": (sealed(DATA, put(' Id="bidKeyInfo"', "", KEYS)), Why.IDENTIFIER),
    "Ids changed": (
        sealed(put("bidSignedData", "bidKeyInfo", DATA), put("bidKeyInfo", "bidSignedData", KEYS)),
        Why.IDENTIFIER,
    ),
}

OBJECT = f"<Object>{DATA}</Object>"
EVIL_OBJECT = f"<Object>{EVIL}</Object>"
WITHOUT_ID = EVIL.replace(' Id="bidSignedData"', "")
WRAPPED: Altered = {
    "evil data before": (put("<Object>", f"<Object>{EVIL}"), Why.IDENTIFIER),
    "evil data before, in an object of its own": (put("<Object>", f"<Object>{EVIL}</Object><Object>"), Why.IDENTIFIER),
    "evil data behind": (put("</Object>", f"</Object><Object>{EVIL}</Object>"), Why.IDENTIFIER),
    "evil data before, without an Id": (put("<Object>", f"<Object>{WITHOUT_ID}"), Why.SHAPE),
    "evil data behind, without an Id": (put("</Object>", f"{WITHOUT_ID}</Object>"), Why.SHAPE),
    "evil data with another Id": (put("<Object>", f"<Object>{EVIL.replace('bidSignedData', 'evil')}"), Why.IDENTIFIER),
    "the genuine within the evil": (
        put(DATA, WITHOUT_ID.replace("<env>", f"<env>{DATA}")),
        Why.SHAPE,
    ),
    "the genuine within the evil, as its app's field": (
        put(DATA, EVIL.replace("<env>", f"<env>{DATA}")),
        Why.IDENTIFIER,
    ),
    "the genuine among the certificates": (
        put("<X509Data>", f"<X509Data>{DATA}", put(OBJECT, EVIL_OBJECT)),
        Why.IDENTIFIER,
    ),
    "the genuine behind the signature's value": (
        put("<KeyInfo ", f"{DATA}<KeyInfo ", put(OBJECT, f"<Object>{WITHOUT_ID}</Object>")),
        Why.IDENTIFIER,
    ),
    "the genuine signature in an evil one": (
        whole(INFO, b"x", KEYS, EVIL).replace("</Object>", GENUINE.partition("?>")[2] + "</Object>"),
        Why.IDENTIFIER,
    ),
    "an envelope around it": (f"<Envelope>{GENUINE.partition('?>')[2]}</Envelope>", Why.SHAPE),
    "an envelope of BankID's around it": (
        f'<bankIdSignedData xmlns="{BANKID}">{GENUINE.partition("?>")[2]}</bankIdSignedData>',
        Why.SHAPE,
    ),
    "other certificates beside it": (put("<KeyInfo ", put(" Id=", " id=", KEYS) + "<KeyInfo "), Why.IDENTIFIER),
    "other certificates without an Id": (put("<KeyInfo ", put(' Id="bidKeyInfo"', "", KEYS) + "<KeyInfo "), Why.SHAPE),
}
VISIBLE = DATA[DATA.index("<usrVisibleData") : DATA.index("<usrNonVisibleData")]
NON_VISIBLE = DATA[DATA.index("<usrNonVisibleData") : DATA.index("<srvInfo>")]
SERVER, CLIENT = DATA[DATA.index("<srvInfo>") : DATA.index("<clientInfo>")], DATA[DATA.index("<clientInfo>") :]
CLIENT = CLIENT.removesuffix("</bankIdSignedData>")


def value_of(xml: str) -> str:
    return xml[xml.index("<SignatureValue>") : xml.index("<KeyInfo ")]


VALUE = value_of(GENUINE)


def signed(old: str, new: str) -> str:
    """Genuine but for one thing in what is signed."""
    return sealed(put(old, new, DATA), KEYS)


def informed(old: str, new: str, *, times: int = -1) -> str:
    """Genuine but for one thing in what is signed about the digests."""
    assert old in INFO
    return sealed(DATA, KEYS, info=INFO.replace(old, new, times))


SHAPES: Altered = {
    "certificates before the value": (put(VALUE + KEYS, KEYS + VALUE), Why.SHAPE),
    "the object before the certificates": (put(KEYS + OBJECT, OBJECT + KEYS), Why.IDENTIFIER),
    "the value before what it is of": (put(INFO + VALUE, VALUE + INFO), Why.SHAPE),
    "no object": (put(OBJECT, ""), Why.IDENTIFIER),
    "no value": (put(VALUE, ""), Why.SHAPE),
    "no certificates": (put(KEYS, ""), Why.IDENTIFIER),
    "two values": (put(VALUE, VALUE * 2), Why.SHAPE),
    "an empty object more": (put("</Object>", "</Object><Object></Object>"), Why.SHAPE),
    "letters between": (put("<Object>", "x<Object>"), Why.SHAPE),
    "letters in what is empty": (put("></Transform>", ">x</Transform>"), Why.SHAPE),
    "an attribute of the signature": (put("<Signature ", '<Signature a="b" '), Why.SHAPE),
    "an attribute of the value": (put("<SignatureValue>", '<SignatureValue a="b">'), Why.SHAPE),
    "a key beside the certificates": (
        sealed(DATA, put("<X509Data>", "<KeyValue></KeyValue><X509Data>", KEYS)),
        Why.SHAPE,
    ),
    "a name beside the certificates": (
        sealed(DATA, put("<X509Data>", "<X509Data><X509SubjectName></X509SubjectName>", KEYS)),
        Why.SHAPE,
    ),
    "no certificate": (sealed(DATA, KEYS[: KEYS.index("<X509C")] + "</X509Data></KeyInfo>"), Why.SHAPE),
    "no data about certificates": (sealed(DATA, KEYS[: KEYS.index("<X509D")] + "</KeyInfo>"), Why.SHAPE),
    "a parameter of the method": (
        informed("></SignatureMethod>", "><HMACOutputLength>0</HMACOutputLength></SignatureMethod>"),
        Why.SHAPE,
    ),
    "an object that holds references": (put("</Object>", "<Manifest></Manifest></Object>"), Why.SHAPE),
    "hidden data before the text": (signed(VISIBLE + NON_VISIBLE, NON_VISIBLE + VISIBLE), Why.SHAPE),
    "the app before the server": (signed(SERVER + CLIENT, CLIENT + SERVER), Why.SHAPE),
    "two texts": (signed(VISIBLE, VISIBLE * 2), Why.SHAPE),
    "two sets of hidden data": (signed(NON_VISIBLE, NON_VISIBLE * 2), Why.SHAPE),
    "no app": (signed(CLIENT, ""), Why.SHAPE),
    "no server": (signed(SERVER, ""), Why.SHAPE),
    "an unknown field": (signed("<srvInfo>", "<payment></payment><srvInfo>"), Why.SHAPE),
    "an attribute of the text": (signed("visible=", 'value="x" visible='), Why.SHAPE),
    "a text without its charset": (signed('charset="UTF-8" ', ""), Why.SHAPE),
    "a text in another charset": (signed('charset="UTF-8"', 'charset="UTF-16"'), Why.SHAPE),
    "an element in the text": (signed(SHOWN, f"<a></a>{SHOWN}"), Why.SHAPE),
    "a text in another format": (signed("simpleMarkdownV1", "html"), Why.SHAPE),
    "two kinds": (signed("<funcId>", "<funcId>Identification</funcId><funcId>"), Why.SHAPE),
    "no kind": (signed("<funcId>Signing</funcId>", ""), Why.SHAPE),
    "a kind that holds another": (signed("Signing", "<a>Signing</a>"), Why.SHAPE),
    "two names": (signed("<nonce>", f"<name>{base64_of('cn=B')}</name><nonce>"), Why.SHAPE),
    "letters among the app's fields": (signed("<env>", "x<env>"), Why.SHAPE),
    "more fields than any app has": (signed("<env>", "<a></a>" * 500 + "<env>"), Why.SHAPE),
    "a text that was not shown": (signed("wysiwys", "wydiwys"), Why.NOT_SHOWN),
    "a text of which nobody says that it was shown": (signed(' visible="wysiwys"', ""), Why.SHAPE),
}

FIELDS: Altered = {
    "a text that is not base64": (signed(SHOWN, SHOWN[:-1] + "!"), Why.ENCODING),
    "a text with more than base64": (signed(SHOWN, SHOWN + "AAAA===="), Why.ENCODING),
    "a text in base64 of another's": (signed(UNSEEN, "AB=="), Why.ENCODING),
    "a text in base64 for URLs": (signed(UNSEEN, "-_-_"), Why.ENCODING),
    "a text that is not UTF-8": (signed(SHOWN, base64_of(b"\xff\xfe")), Why.ENCODING),
    "a text in Latin-1": (signed(SHOWN, base64_of("Öppna".encode("latin-1"))), Why.ENCODING),
    "a name that is not UTF-8": (signed(base64_of(Order().party), base64_of(b"\xc3")), Why.ENCODING),
    "a text in letters of another script": (signed(SHOWN, "ⅯⅯⅯⅯ"), Why.ENCODING),
    "hidden data that are not base64": (signed(UNSEEN, "x"), Why.ENCODING),
    "a value that is not base64": (put("<SignatureValue>", "<SignatureValue>!"), Why.ENCODING),
    "a certificate that is not base64": (sealed(DATA, put("MII", "M!I", KEYS)), Why.ENCODING),
    "a digest that is not base64": (
        sealed(DATA, KEYS, info=put("<DigestValue>", "<DigestValue>!", INFO)),
        Why.ENCODING,
    ),
}


SECOND = INFO[INFO.index('<Reference URI="#bidK') :].removesuffix("</SignedInfo>")
FIRST = INFO[INFO.index("<Reference ") :].removesuffix(f"{SECOND}</SignedInfo>")
TRANSFORM = f'<Transform Algorithm="{CANONICAL}"></Transform>'
PICKS = "http://www.w3.org/TR/1999/REC-xpath-19991116"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA = "http://www.w3.org/2001/04/xmlenc#sha256"
METHODS: Altered = {
    "SHA-1 in the signature": (informed(RSA, f"{DSIG}rsa-sha1"), Why.ALGORITHM),
    "a secret in the signature": (informed(RSA, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"), Why.ALGORITHM),
    "another padding": (informed(RSA, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"), Why.ALGORITHM),
    "an elliptic signature": (informed(RSA, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"), Why.ALGORITHM),
    "a longer hash": (informed(RSA, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"), Why.ALGORITHM),
    "no method": (informed(RSA, ""), Why.ALGORITHM),
    "SHA-1 in the first digest": (informed(SHA, f"{DSIG}sha1", times=1), Why.ALGORITHM),
    "SHA-1 in both digests": (informed(SHA, f"{DSIG}sha1"), Why.ALGORITHM),
    "exclusive canonical form": (informed(CANONICAL, EXCLUSIVE, times=1), Why.ALGORITHM),
    "exclusive canonical form of the parts": (
        informed(f'Transform Algorithm="{CANONICAL}', f'Transform Algorithm="{EXCLUSIVE}'),
        Why.ALGORITHM,
    ),
    "canonical form with comments": (informed(CANONICAL, f"{CANONICAL}#WithComments"), Why.ALGORITHM),
    "a later canonical form": (informed(CANONICAL, "http://www.w3.org/2006/12/xml-c14n11"), Why.ALGORITHM),
    "a transform that picks": (
        informed("<Transforms>", f'<Transforms><Transform Algorithm="{PICKS}"></Transform>', times=1),
        Why.ALGORITHM,
    ),
    "a transform twice": (informed("<Transforms>", f"<Transforms>{TRANSFORM}", times=1), Why.ALGORITHM),
    "a transform with a stylesheet": (informed("></Transform>", "><stylesheet></stylesheet></Transform>"), Why.SHAPE),
    "no transform": (informed(TRANSFORM, ""), Why.ALGORITHM),
    "no transforms": (informed(f"<Transforms>{TRANSFORM}</Transforms>", ""), Why.SHAPE),
    "the first reference dropped": (informed(FIRST, ""), Why.REFERENCE),
    "the second reference dropped": (informed(SECOND, ""), Why.REFERENCE),
    "both references dropped": (informed(FIRST + SECOND, ""), Why.REFERENCE),
    "a reference doubled": (informed(SECOND, SECOND * 2), Why.REFERENCE),
    "a third reference": (informed(SECOND, SECOND + reference("#other", b"x" * 32)), Why.REFERENCE),
    "references in another order": (informed(FIRST + SECOND, SECOND + FIRST), Why.REFERENCE),
    "a reference to another Id": (informed("#bidSignedData", "#other"), Why.REFERENCE),
    "a reference to the certificates twice": (informed("#bidSignedData", "#bidKeyInfo"), Why.REFERENCE),
    "a reference to the whole document": (informed("#bidSignedData", ""), Why.REFERENCE),
    "a reference to elsewhere": (informed("#bidSignedData", "http://127.0.0.1:9/x#bidSignedData"), Why.REFERENCE),
    "a reference by a path": (informed("#bidSignedData", "#xpointer(id('bidSignedData'))"), Why.REFERENCE),
    "a reference without its type": (informed(f' Type="{BANKID}"', ""), Why.REFERENCE),
    "a reference of another type": (informed(f' Type="{BANKID}"', f' Type="{DSIG}Manifest"'), Why.REFERENCE),
    "a type of the second reference": (
        informed('<Reference URI="#bidK', f'<Reference Type="{BANKID}" URI="#bidK'),
        Why.REFERENCE,
    ),
    "a reference without a place": (informed(' URI="#bidKeyInfo"', ""), Why.SHAPE),
}


CHANGED: Altered = {
    "another text": (put(SHOWN, base64_of("Öppna grannens port.")), Why.DATA_DIGEST),
    "a letter of the text": (put(SHOWN, base64_of(TEXT + ".")), Why.DATA_DIGEST),
    "no text": (put(VISIBLE, ""), Why.DATA_DIGEST),
    "a text of no format": (put(' format="simpleMarkdownV1"', ""), Why.DATA_DIGEST),
    "other hidden data": (put(UNSEEN, base64_of(HIDDEN[::-1])), Why.DATA_DIGEST),
    "no hidden data": (put(NON_VISIBLE, ""), Why.DATA_DIGEST),
    "a login for an order": (put("Signing", "Identification"), Why.DATA_DIGEST),
    "another relying party": (put(base64_of(Order().party), base64_of("cn=B")), Why.DATA_DIGEST),
    "another app": (put("QU5EUk9JRA==", "SU9T"), Why.DATA_DIGEST),
    "white space": (put("<srvInfo>", " <srvInfo>"), Why.DATA_DIGEST),
    "the data of another signature": (put(DATA, EVIL), Why.DATA_DIGEST),
    "white space in a certificate": (put("<X509Certificate>", "<X509Certificate>\n"), Why.KEY_DIGEST),
    "a certificate left out": (put(KEYS, key_info(genuine_chain().carried[:2])), Why.KEY_DIGEST),
    "a certificate more": (
        put(KEYS, key_info([*genuine_chain().carried, genuine_chain().root.certificate])),
        Why.KEY_DIGEST,
    ),
    "the data's digest": (put(FIRST, reference("#bidSignedData", bytes(32), f' Type="{BANKID}"')), Why.SIGNATURE),
    "the certificates' digest": (put(SECOND, reference("#bidKeyInfo", bytes(32))), Why.SIGNATURE),
    "a digest of another length": (put(SECOND, reference("#bidKeyInfo", bytes(20))), Why.SIGNATURE),
    "the text and its digest": (put(INFO, signed_info(EVIL, KEYS)).replace(DATA, EVIL), Why.SIGNATURE),
    "white space in what the signature is of": (put("<Reference ", " <Reference "), Why.SIGNATURE),
    "another value": (put(VALUE, f"<SignatureValue>{base64_of(bytes(256))}</SignatureValue>"), Why.SIGNATURE),
    "an empty value": (put(VALUE, "<SignatureValue></SignatureValue>"), Why.SIGNATURE),
    "the value of another signature": (put(VALUE, value_of(sealed(EVIL, KEYS))), Why.SIGNATURE),
    "another's key": (sealed(DATA, KEYS, key=rsa_key("stranger")), Why.SIGNATURE),
    "a digest of another length, signed": (
        informed(SECOND, reference("#bidKeyInfo", bytes(20))),
        Why.KEY_DIGEST,
    ),
}

ALTERED = {
    f"{group}: {what}": row
    for group, table in {
        "closed": CLOSED,
        "names": NAMES,
        "wrapped": WRAPPED,
        "shape": SHAPES,
        "fields": FIELDS,
        "methods": METHODS,
        "changed": CHANGED,
    }.items()
    for what, row in table.items()
}
