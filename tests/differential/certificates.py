# SPDX-License-Identifier: Apache-2.0
"""The authorities of a run and the client certificates they issue.

A certificate is described by a dict that stands in a case's file, so that a replay can make its like:

    subject   RDNs in encoding order, each a list of attributes (der.py)
    issuer    ca, second-ca, sub-ca (below ca; its certificate is sent along) or foreign-ca (trusted by nobody)
    sans      list of [kind, value] (der.py); absent: no such extension
    usage     client (default), server, any or none: the extended key usage
    valid     now (default), over or to-come

All clients of a run share one key: what is compared is names, not keys, and a key for each costs time.
"""

import base64
import datetime
import hashlib
import json
import os
import random

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import der

DAY = datetime.timedelta(days=1)
AUTHORITIES = {"ca": None, "second-ca": None, "foreign-ca": None, "sub-ca": "ca"}  # name -> who signs it, None: itself
USAGES = {"client": "1.3.6.1.5.5.7.3.2", "server": "1.3.6.1.5.5.7.3.1", "any": "2.5.29.37.0"}
ADMIN = {"subject": [[["O", "utf8", "differential"]], [["CN", "utf8", "administrator"]]], "issuer": "ca"}
ADMIN_DN = "CN=administrator,O=differential"


def authority_subject(name):
    return [[["O", "utf8", "differential"]], [["CN", "utf8", name]]]


def pem(certificate):
    text = base64.encodebytes(certificate).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"


def basic_constraints(is_ca):
    return der.extension("2.5.29.19", der.sequence(der.tlv(0x01, b"\xff") if is_ca else b""), critical=True)


def key_usage(bits, unused):
    return der.extension("2.5.29.15", der.tlv(0x03, bytes([unused, bits])), critical=True)


class Pki:
    """A folder of authorities, a server and clients. What the folder has already is used again."""

    def __init__(self, folder):
        self.folder = folder
        self._now = datetime.datetime.now(der.UTC).replace(microsecond=0)
        self._clients = {}
        folder.mkdir(parents=True, exist_ok=True)
        self._keys = {name: self._key(name) for name in [*AUTHORITIES, "server", "client"]}
        for name, signer in AUTHORITIES.items():
            if not (folder / f"{name}.pem").exists():
                self._write(name, [self._authority(name, signer or name)])
        if not (folder / "server.pem").exists():
            self._write("server", [self._issue({"subject": authority_subject("localhost"), "issuer": "ca", "usage": "server",
                                                "sans": [["dns", "localhost"], ["ip", "7f000001"]]}, "server")])

    def authority_text(self, name):
        return (self.folder / f"{name}.pem").read_text()

    def server_text(self):
        return (self.folder / "server.pem").read_text(), (self.folder / "server-key.pem").read_text()

    def client(self, described):
        """Paths of the chain and the key for a described certificate; made on first use."""
        text = json.dumps(described, sort_keys=True)
        if text not in self._clients:
            name = "client-" + hashlib.sha256(text.encode()).hexdigest()[:20]
            chain = [self._issue(described, "client")]
            issued = pem(chain[0])
            if AUTHORITIES[described["issuer"]] is not None:
                issued += self.authority_text(described["issuer"])
            path = self.folder / f"{name}.pem"
            path.write_text(issued)
            self._clients[text] = path
        return self._clients[text], self.folder / "client-key.pem"

    def _key(self, name):
        path = self.folder / f"{name}-key.pem"
        if path.exists():
            return serialization.load_pem_private_key(path.read_bytes(), None)
        key = ec.generate_private_key(ec.SECP256R1())
        text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                 serialization.NoEncryption())
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(text)
        return key

    def _write(self, name, certificates):
        (self.folder / f"{name}.pem").write_text("".join(map(pem, certificates)))

    def _public(self, owner):
        return self._keys[owner].public_key().public_bytes(serialization.Encoding.DER,
                                                           serialization.PublicFormat.SubjectPublicKeyInfo)

    def _sign(self, *, subject, issuer, valid, public_key, extensions):
        signed = der.to_be_signed(
            serial=random.SystemRandom().getrandbits(120), issuer=der.name(authority_subject(issuer)), valid=valid,
            subject=subject, public_key=public_key, extensions=extensions)
        return der.certificate(signed, self._keys[issuer].sign(signed, ec.ECDSA(hashes.SHA256())))

    def _authority(self, name, issuer):
        return self._sign(subject=der.name(authority_subject(name)), issuer=issuer, valid=(self._now - DAY, self._now + 3650 * DAY),
                          public_key=self._public(name), extensions=[basic_constraints(True), key_usage(0x06, 1)])

    def _issue(self, described, owner):
        now = self._now
        valid = {"now": (now - DAY, now + 365 * DAY), "over": (now - 2 * DAY, now - DAY),
                 "to-come": (now + DAY, now + 2 * DAY)}[described.get("valid", "now")]
        extensions = [basic_constraints(False), key_usage(0x80, 7)]
        if (usage := described.get("usage", "client")) != "none":
            extensions.append(der.extension("2.5.29.37", der.sequence(der.oid(USAGES[usage]))))
        if "sans" in described:
            names = der.sequence(*(der.alternative_name(*one) for one in described["sans"]))
            extensions.append(der.extension("2.5.29.17", names, critical=not described["subject"]))
        return self._sign(subject=der.name(described["subject"]), issuer=described["issuer"], valid=valid,
                          public_key=self._public(owner), extensions=extensions)
