# SPDX-License-Identifier: Apache-2.0
"""Differences that are meant: the decision that explains each, and a predicate as narrow as it can be.

A predicate gets the case, one difference and all facts of both sides. The names are the rows of docs/decisions.md, or
the numbers of rules in docs/spec, that the differences come from.
"""

import base64
import dataclasses
import ipaddress
import json
import re
import typing
import unicodedata

import yaml


@dataclasses.dataclass(frozen=True)
class Decision:
    name: str
    holds: typing.Callable


def headers(case, name):
    """The values of a header of the case's request."""
    return [value for key, value in (case.request["headers"] if case.request else []) if key.lower() == name]


def subject(case):
    """The attributes of the request's certificate."""
    certificate = case.request["certificate"] if case.request else None
    return [one for rdn in certificate["subject"] for one in rdn] if certificate else []


def mappings_behind(case, difference):
    """The JSON text of the mappings whose roles differ, or None if something else differs, too."""
    roles = [*(difference.genuine or []), *(difference.gateway or [])] if difference.member == "roles" else []
    bodies = [case.mappings.get(str(role).partition("_")[0]) for role in roles]
    return [json.dumps(body, ensure_ascii=False) for body in bodies] if bodies and None not in bodies else None


def put_refused(*texts):
    """The gateway refuses a mapping with one of these texts; the system takes it."""
    def holds(case, difference, genuine, gateway):
        said = json.dumps([gateway.get("reasons"), gateway.get("reason")], ensure_ascii=False)
        return case.request is None and gateway["status"] == 400 and genuine["status"] in (200, 201) and any(one in said for one in texts)
    return holds


def alert(case, difference, genuine, gateway):
    """Both refuse the client's certificate; they only name the reason differently."""
    return difference.member == "alert" and genuine.get("handshake") == gateway.get("handshake") == "refused"


def unreadable(kind, string, text):
    """Whether the TLS library cannot read an attribute's value."""
    if string in ("bmp", "universal"):
        return text.startswith("\ufeff") or any(0xD800 <= ord(one) < 0xE000 for one in text)
    return string == "utf8" and any(0xD800 <= ord(one) < 0xE000 for one in text)


def unreadable_certificate(case, difference, genuine, gateway):
    return gateway.get("handshake") == "refused" and "handshake" not in genuine and any(unreadable(*one) for one in subject(case))


def empty_subject(case, difference, genuine, gateway):
    certificate = case.request["certificate"] if case.request else None
    return genuine.get("handshake") == "refused" and "handshake" not in gateway and certificate is not None and not certificate["subject"]


def unusual_header_name(case, difference, genuine, gateway):
    names = [name.lower() for name, _ in case.request["headers"]] if case.request else []
    unusual = any(("_" in name or "." in name) and name != "opendistro_security_impersonate_as" for name in names)
    return unusual and gateway.get("status") == 400 and "header name" in str(gateway.get("reason"))


def bearer_or_api_key(case, difference, genuine, gateway):
    """The gateway refuses what the system, its token services switched off, takes for no credential."""
    schemes = {value.split(" ")[0].lower() for value in headers(case, "authorization")}
    return bool({"bearer", "apikey"} & schemes) and gateway.get("status") == 401


def control_characters(case, difference, genuine, gateway):
    """The gateway takes such a name for no credentials: the next domain is asked, or nobody let in."""
    if case.system != "opensearch-2" or genuine.get("user_name") == gateway.get("user_name") is not None:
        return False
    said = [str(genuine.get(member)) for member in ("user_name", "backend_roles", "reason")]
    # Some of the former are blanks for Java, which cuts them off.
    return any("[B@" in one for one in said) or any(unicodedata.category(letter) == "Cc" for _, _, value in subject(case) for letter in value)


def forwarded_no_address(case, difference, genuine, gateway):
    def is_address(text):
        try:
            return "%" not in text and bool(ipaddress.ip_address(text.strip()))
        except ValueError:
            return False
    forwarded = headers(case, "x-forwarded-for")
    return gateway.get("status") == 400 and any(not is_address(part) for value in forwarded for part in value.split(","))


def logins(case):
    """User and password of each Basic header."""
    for value in headers(case, "authorization"):
        try:
            user, _, password = base64.b64decode(value.partition(" ")[2] + "==").decode("utf-8", "replace").partition(":")
            yield user, password
        except ValueError:
            continue


def newer_hash(case, difference, genuine, gateway):
    """The right password, stored in a form that 7.10 does not know."""
    return case.system == "elasticsearch-7" and genuine.get("status") == 401 and gateway.get("status") in (200, 400, 403) and any(
        re.search(rf"^{re.escape(user)}:(\$2[by]\$|\{{PBKDF2_STRETCH\}})", case.files["users"], re.MULTILINE) for user, _ in logins(case))


def bcrypt_2a(case, difference, genuine, gateway):
    """The right password, which OpenSearch's library does not find to be it."""
    for user, password in logins(case) if case.system == "opensearch-2" else []:
        if not password.isascii() and f'"{user}": {{"hash": "$2a$' in case.files["internal_users.yml"]:
            return genuine.get("user_name") != user and (gateway.get("user_name") == user or f"'{user}'" in str(gateway.get("reason")))
    return False


def refused_before_it_fails(case, difference, genuine, gateway):
    return case.request is None and genuine["status"] in (404, 500) and gateway["status"] == 400 and "Wrong datatype" in str(gateway.get("reason"))


def failing_template(case, difference, genuine, gateway):
    """Upstream, a template whose result is no list of names fails every mapping of a user, hence the request."""
    json_templates = any(entry.get("format", "").lower() == "json" for body in case.mappings.values() if isinstance(body, dict)
                         for entry in body.get("role_templates", []))
    return json_templates and genuine.get("status") == 401 and gateway.get("status") in (200, 400, 403) and genuine.get("reason") == ["error attempting to authenticate request"]


def lucene_7(other):
    return lambda case, *rest: case.system == "elasticsearch-7" and other(case, *rest)


def lucene_classes(case, difference, genuine, gateway):
    bodies = mappings_behind(case, difference)
    return case.system == "elasticsearch-7" and bodies is not None and all(re.search(r"\\\\[dDwWsS]", body) for body in bodies)


def beyond_the_first_plane(case, difference, genuine, gateway):
    """Upstream, a wildcard pattern is read by UTF-16 units, which match no character."""
    bodies = mappings_behind(case, difference)
    return bodies is not None and all(
        "*" in body and any(ord(letter) > 0xFFFF for letter in body) for body in bodies)


def old_dn_form(case, difference, genuine, gateway):
    """What the library of 7.10 makes otherwise of a DN: repeated types in an RDN, hexadecimal values, escapes, letters
    beyond ASCII. Each role that one side has more comes from such a DN; or so do, unseen, those that decide about a
    user to run as."""
    if case.system != "elasticsearch-7" or case.request is None or case.request["certificate"] is None:
        return False
    repeated = any(len({one[0] for one in rdn}) < len(rdn) for rdn in case.request["certificate"]["subject"])
    if difference.member != "roles":
        return repeated and bool(headers(case, "es-security-runas-user")) and {genuine.get("status"), gateway.get("status")} == {200, 403}
    entries = {}
    for file in ("role_mapping.yml", "other_mapping.yml"):
        for role, dns in (yaml.safe_load(case.files[file]) or {}).items():
            entries.setdefault(role, []).extend(dns or [])

    def is_odd(role):
        if role in entries:
            return repeated or any(any(letter in dn for letter in '+#\\"') or not dn.isascii() or not dn.isprintable() for dn in entries[role])
        body = json.dumps(case.mappings.get(str(role).partition("_")[0]), ensure_ascii=False)
        return '"dn"' in body and (repeated or "#" in body or "\\\\" in body or not body.isascii()
                                   or any(one[1] in ("bits", "numeric") for one in subject(case)))

    return all(is_odd(role) for role in [*(difference.genuine or []), *(difference.gateway or [])])


TABLE = [
    Decision("alert for a refused client certificate", alert),
    Decision("certificates the TLS library cannot read", unreadable_certificate),
    Decision("client certificates with an empty subject and no critical alternative name", empty_subject),
    Decision("header names with `_` or `.`", unusual_header_name),
    Decision("Bearer and ApiKey", bearer_or_api_key),
    Decision("user names with control characters, Open Distro", control_characters),
    Decision("forms of password hashes, X-Pack", newer_hash),
    Decision("bcrypt `$2a$` of passwords beyond ASCII, OpenSearch", bcrypt_2a),
    Decision("a value that a REST body may not have, Open Distro", refused_before_it_fails),
    Decision("X-Forwarded-For holding no IP address, or one with a zone, Open Distro", forwarded_no_address),
    Decision("X-TPL-4: a failing role template", failing_template),
    Decision("role templates, X-Pack", put_refused("delimiters, blocks and pragmas are not supported")),
    Decision("size of a Lucene regular expression, X-Pack", put_refused("would require more than")),
    Decision("version of Lucene expressions, X-Pack", lucene_7(put_refused("invalid repetition range", "invalid character class"))),
    Decision("Java expressions by Unicode case or classes", put_refused("Unicode case or classes", "an intersection of classes")),
    Decision("version of Lucene expressions, X-Pack", lucene_7(lambda case, difference, genuine, gateway:
             case.request is None and genuine["status"] == gateway["status"] == 400 and "invalid pattern" in str(gateway.get("reasons")))),
    Decision("version of Lucene expressions, X-Pack", lucene_classes),
    Decision("wildcards with characters beyond the first plane, X-Pack", beyond_the_first_plane),
    Decision("normal form of a DN, X-Pack", old_dn_form),
]


def explains(case, difference, genuine, gateway):
    """The name of the decision behind a difference, or None."""
    return next((one.name for one in TABLE if one.holds(case, difference, genuine, gateway)), None)
