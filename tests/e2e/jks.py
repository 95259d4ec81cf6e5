# SPDX-License-Identifier: Apache-2.0
"""Writes JKS stores as Java does, from PEM files: independent of the gateway's reader, and no JDK needed."""

import hashlib
import os
import struct

from cryptography import x509
from cryptography.hazmat.primitives import serialization

# AlgorithmIdentifier of Java's key protector, 1.3.6.1.4.1.42.2.17.1.1.
PROTECTOR = bytes.fromhex("300e060a2b060104012a021101010500")


def _text(text):
    return struct.pack(">H", len(text)) + text.encode()


def _block(data):
    return struct.pack(">I", len(data)) + data


def _certificate(path):
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return _text("X.509") + _block(certificate.public_bytes(serialization.Encoding.DER))


def _der(tag, content):
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def _protect(key, password):
    secret = password.encode("utf-16-be")
    salt = link = os.urandom(20)
    stream = b""
    while len(stream) < len(key):
        link = hashlib.sha1(secret + link).digest()
        stream += link
    hidden = bytes(a ^ b for a, b in zip(key, stream))
    return _der(0x30, PROTECTOR + _der(0x04, salt + hidden + hashlib.sha1(secret + key).digest()))


def write(path, password, *, keys=(), trusted=()):
    """`keys` are (alias, key file, files of the chain, key password), `trusted` are (alias, file)."""
    entries = []
    for alias, key_file, chain, key_password in keys:
        key = serialization.load_pem_private_key(key_file.read_bytes(), None).private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        entries.append(struct.pack(">I", 1) + _text(alias) + bytes(8) + _block(_protect(key, key_password)) +
                       struct.pack(">I", len(chain)) + b"".join(map(_certificate, chain)))
    for alias, file in trusted:
        entries.append(struct.pack(">I", 2) + _text(alias) + bytes(8) + _certificate(file))
    data = struct.pack(">III", 0xFEEDFEED, 2, len(entries)) + b"".join(entries)
    path.write_bytes(data + hashlib.sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + data).digest())
