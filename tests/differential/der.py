# SPDX-License-Identifier: Apache-2.0
"""Writes the DER of names and certificates, also such as no library would: any string type, any bytes.

An attribute is `[type, string, text]`: a keyword of KEYWORDS or a dotted OID, a name of STRINGS, and its text. A text
is put into the bytes of its string type without looking whether that type allows them; a byte that is no text at all
stands in it as a surrogate (`surrogateescape`), in UTF8String as well as in the eight-bit types.
"""

import datetime

KEYWORDS = {
    "CN": "2.5.4.3", "SURNAME": "2.5.4.4", "SERIALNUMBER": "2.5.4.5", "C": "2.5.4.6", "L": "2.5.4.7", "ST": "2.5.4.8",
    "STREET": "2.5.4.9", "O": "2.5.4.10", "OU": "2.5.4.11", "T": "2.5.4.12", "GIVENNAME": "2.5.4.42",
    "INITIALS": "2.5.4.43", "GENERATION": "2.5.4.44", "DNQ": "2.5.4.46", "UID": "0.9.2342.19200300.100.1.1",
    "DC": "0.9.2342.19200300.100.1.25", "EMAILADDRESS": "1.2.840.113549.1.9.1",
}
# Universal tag and encoding of each string type that a certificate may bring, and of one type that is no string.
STRINGS = {
    "utf8": (12, "utf-8"), "numeric": (18, "latin-1"), "printable": (19, "latin-1"), "t61": (20, "latin-1"),
    "ia5": (22, "latin-1"), "universal": (28, "utf-32-be"), "bmp": (30, "utf-16-be"), "bits": (3, "latin-1"),
}
SAN_TAGS = {"email": 0x81, "dns": 0x82, "uri": 0x86, "ip": 0x87, "oid": 0x88, "directory": 0xA4, "other": 0xA0}


def tlv(tag, *parts):
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def sequence(*parts):
    return tlv(0x30, *parts)


def integer(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    out = b""
    for arc in [first * 40 + second, *rest]:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        out += bytes(reversed(groups))
    return tlv(0x06, out)


def time(moment):
    """GeneralizedTime from 2050 on, UTCTime before, as RFC 5280 wants it."""
    if moment.year >= 2050:
        return tlv(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())
    return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())


def text(string, value):
    tag, encoding = STRINGS[string]
    if encoding == "latin-1":
        content = bytes(0xFF & ord(letter) for letter in value)
    else:
        content = value.encode(encoding, "surrogateescape" if encoding == "utf-8" else "surrogatepass")
    return tlv(tag, b"\0" + content if string == "bits" else content)


def attribute(kind, string, value):
    return sequence(oid(KEYWORDS.get(kind, kind)), text(string, value))


def name(rdns):
    """`rdns` in encoding order, each a list of attributes; a SET OF is sorted, as DER wants it."""
    return sequence(*(tlv(0x31, *sorted(attribute(*one) for one in rdn)) for rdn in rdns))


def alternative_name(kind, value):
    if kind == "directory":
        return tlv(SAN_TAGS[kind], name(value))
    if kind == "other":
        return tlv(SAN_TAGS[kind], oid("1.3.6.1.4.1.311.20.2.3"), tlv(0xA0, text("utf8", value)))
    if kind == "ip":
        return tlv(SAN_TAGS[kind], bytes.fromhex(value))
    if kind == "oid":
        return bytes([SAN_TAGS[kind]]) + oid(value)[1:]
    return tlv(SAN_TAGS[kind], value.encode("latin-1", "replace"))


def extension(dotted, value, *, critical=False):
    return sequence(oid(dotted), tlv(0x01, b"\xff") if critical else b"", tlv(0x04, value))


def to_be_signed(*, serial, issuer, valid, subject, public_key, extensions):
    """TBSCertificate for an ecdsa-with-SHA256 signature; `issuer`, `subject` and `public_key` are DER."""
    return sequence(
        tlv(0xA0, integer(2)), integer(serial), SIGNATURE_ALGORITHM, issuer, sequence(time(valid[0]), time(valid[1])),
        subject, public_key, tlv(0xA3, sequence(*extensions)))


def certificate(signed, signature):
    return sequence(signed, SIGNATURE_ALGORITHM, tlv(0x03, b"\0", signature))


SIGNATURE_ALGORITHM = sequence(oid("1.2.840.10045.4.3.2"))
UTC = datetime.timezone.utc
