# SPDX-License-Identifier: Apache-2.0
"""Key stores instead of PEM files: JKS under an Open Distro listener, PKCS#12 and secrets under an X-Pack one."""

import re
import ssl
import subprocess

import pytest

import jks

CLIENTS = {"xpack": "john-doe", "opendistro": "client1"}
SECRETS = ("xpack.security.http.ssl.keystore.secure_password: on-disk\n"
           "xpack.security.authc.realms.pki.pki1.truststore.secure_password: of-the-realm\n")


def write_secrets(bed, text=SECRETS, mode=0o600):
    path = bed.config / "secrets.yml"
    path.write_text(text)
    path.chmod(mode)


def use_stores(settings, bed):
    """All PEM settings of both listeners become stores."""
    pki = bed.pki
    jks.write(pki / "server.jks", "in-front", trusted=[("ca", pki / "foreign-ca.pem")],
              keys=[("first", pki / "foreign-key.pem", [pki / "foreign.pem"], "other"),
                    ("gateway", pki / "server-key.pem", [pki / "server.pem"], "of-the-key")])
    jks.write(pki / "trust.jks", "changeit", trusted=[("ca", pki / "ca.pem")])
    prefix = "opendistro_security.ssl.http."
    file = "opendistro/elasticsearch.yml"
    for key in ("pemcert_filepath", "pemkey_filepath", "pemtrustedcas_filepath"):
        bed.set_option(file, prefix + key, None)
    for key, value in {"keystore_filepath": "../pki/server.jks", "keystore_password": "in-front",
                       "keystore_keypassword": "of-the-key", "keystore_alias": "Gateway",
                       "truststore_filepath": "../pki/trust.jks"}.items():
        bed.set_option(file, prefix + key, value)

    subprocess.run(["openssl", "pkcs12", "-export", "-in", pki / "server.pem", "-inkey", pki / "server-key.pem",
                    "-certfile", pki / "ca.pem", "-passout", "pass:on-disk", "-out", pki / "server.p12"], check=True)
    jks.write(pki / "realm.jks", "of-the-realm", trusted=[("ca", pki / "ca.pem")])
    file = "xpack/elasticsearch.yml"
    for key in ("certificate", "key", "certificate_authorities"):
        bed.set_option(file, f"xpack.security.http.ssl.{key}", None)
    bed.set_option(file, "xpack.security.http.ssl.keystore.path", "../pki/server.p12")
    realm = "xpack.security.authc.realms.pki.pki1."
    bed.set_option(file, f"{realm}certificate_authorities", None)
    bed.set_option(file, f"{realm}truststore.path", "../pki/realm.jks")
    for listener in settings["listeners"]:
        if listener["dialect"] == "xpack":
            listener["secrets_file"] = "secrets.yml"
    write_secrets(bed)


@pytest.mark.parametrize("listener", sorted(CLIENTS))
def test_certificates_decide(make_site, listener):
    site = make_site(use_stores)
    answer, seen = site.echo(listener, CLIENTS[listener])
    assert answer.status == 200
    assert dict(seen)["x-proxy-user"]
    with pytest.raises((ssl.SSLError, EOFError, ConnectionError)):
        with site.connect(listener, "foreign") as http:
            http.get("/_echo/")


def test_a_reload_reads_the_stores_again(make_site):
    """Another authority in place of the first: its clients get in, and those of the first no longer do."""
    site = make_site(use_stores)
    jks.write(site.bed.pki / "trust.jks", "changeit", trusted=[("ca", site.bed.pki / "foreign-ca.pem")])
    assert not site.gateway.reload().startswith("reload failed")
    with site.connect("opendistro", "foreign") as http:
        assert http.get("/_echo/").status in (200, 403)
    with pytest.raises((ssl.SSLError, EOFError, ConnectionError)):
        with site.connect("opendistro", "client1") as http:
            http.get("/_echo/")


@pytest.mark.parametrize("damage, wanted", [
    ("password", r"trust\.jks: the integrity check of the JKS store fails; this is usually caused by an incorrect "
                 r"password \(a password was provided\)"),
    ("cut", r"trust\.jks: byte \d+: the store is cut off"),
    ("missing", r"cannot read .*/trust\.jks: No such file or directory"),
    ("exposed", r"cannot use .*/secrets\.yml: its group or others may read or change it \(640\)"),
    ("secret", r"server\.p12: the integrity check fails; this is usually caused by an incorrect password"),
    ("realm", r"xpack\.security\.authc\.realms\.pki\.pki9\.truststore\.secure_password: a secure setting of a realm "
              r"that has no other setting"),
])
def test_a_damaged_store_changes_nothing(make_site, damage, wanted):
    """Each is refused by a reload with its reason, and no password is ever written."""
    site = make_site(use_stores)
    trust = site.bed.pki / "trust.jks"
    if damage == "password":
        jks.write(trust, "hush-hush", trusted=[("ca", site.bed.pki / "ca.pem")])
    elif damage == "cut":
        trust.write_bytes(trust.read_bytes()[:-30])
    elif damage == "missing":
        trust.unlink()
    elif damage == "exposed":
        write_secrets(site.bed, mode=0o640)
    elif damage == "secret":
        write_secrets(site.bed, SECRETS.replace("on-disk", "hush-hush"))
    else:
        write_secrets(site.bed, SECRETS + SECRETS.splitlines()[1].replace("pki1", "pki9"))
    line = site.gateway.reload()
    assert line.startswith("reload failed: ") and re.search(wanted, line), line
    for listener, client in CLIENTS.items():
        assert site.ask(listener, client, "GET", "/_echo/").status_code == 200
    log = "\n".join(site.gateway.log.all())
    for secret in ("hush-hush", "in-front", "of-the-key", "on-disk", "of-the-realm"):
        assert secret not in log
