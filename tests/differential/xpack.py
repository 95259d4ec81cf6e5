# SPDX-License-Identifier: Apache-2.0
"""The X-Pack dialect: configurations, batches of cases, and what of an answer counts."""

import base64
import crypt
import hashlib
import json

import cases
import certificates
import subjects
import xpack_rules
import yaml_form

PATH = "/_security/_authenticate"
REALM = "xpack.security.authc.realms"
PATTERNS = [
    "CN=(.*?)(?:,|$)", "CN=(.*?)(?:,|$)", "CN=([^,]+)", "(.*)", "OU=(.*?)(?:,|$)", "EMAILADDRESS=(.*?)@", "^CN=(\\w+)",
    "(?i)uid=(.*?)(?:,|$)", 'CN="?(.*?)"?(?:,|$)', "CN=(?!John)(.*?)(?:,|$)", "(?s)CN=(.*)$", "CN=(.*?),.*O=\\1", "CN=(?<name>[a-z ]+)",
    "CN=((?:\\p{L}|\\s)+)", "cn=(.+?)(?=, |$)", "\\bO=(.*?)(?:,|$)", "CN=([^,]*+),", "(?<=OU=)(\\S+)", "CN=(.{1,5})",
    "CN=(\\Qa\\E|[^,]+)", "CN=(é|[^,]+)", "(?:CN|OU)=(.*?)(?: \\+|,|$)",
]
PASSWORDS = ["secret-pw", "a:b:c def", "pässword", "x" * 80, "trailing ", "Secret-PW"]
USER_NAMES = ["alice", "Bob", "John Doe", "a", "b", "x1", "carol@example.com", "O'Brien", "com", "*", "/a/", "runas target", "_x"]
TARGETS = ["alice", "Bob", "John Doe", "a", "nobody", "", "ALICE", "x1", "O=com", "alice ", " alice", "alice,Bob", "é", "*", "elastic"]
SCHEMES = [
    "Basic", "Basic ", "basic  ", "Basic !!!", "Basic YQ==", "Basic YTpi YTpi", "Basic Og==", "Basic YTo=", "Basic OmI=", "Basic YTpi=", "Basic YTpi\t",
    "Basic YWxpY2U6c2VjcmV0LXB3", "basic YWxpY2U6c2VjcmV0LXB3", "BASIC YWxpY2U6c2VjcmV0LXB3", "Basic  YWxpY2U6c2VjcmV0LXB3", "BasicYWxpY2U6c2VjcmV0LXB3",
    "Negotiate YII=", "Digest username=x", "x", "", " ", "Basic: YTpi", "Basic YWxpY2U6c2VjcmV0LXB", "Basic YWxpY2U6c2VjcmV0LXB3==", "Basic 8J+YgDph", "Basic /w==",
    "Basic YWxpY2U6/w==", "Basic YQ", "Basic YTpi,Basic YTpi", "\"Basic\" YTpi", "Basic -_-_", "Basic =", "Basic AA==", "Basic YTphAA==",
]
DOUBTFUL = ["Bearer", "Bearer ", "Bearer x", "ApiKey", "ApiKey YTpi", "ApiKey x", "bearer abc"]


def hashed(random, password):
    """A line's right half for `users`."""
    raw = password.encode()
    salt = random.randbytes(32)
    b64 = lambda data: base64.b64encode(data).decode()  # noqa: E731
    pbkdf2 = lambda secret: f"1000${b64(salt)}${b64(hashlib.pbkdf2_hmac('sha512', secret, salt, 1000, 32))}"  # noqa: E731
    bcrypt = crypt.crypt(password, "$2b$04$" + "".join(random.choice("abcdefghijklmnopqrstuvABCDEFGH01234567") for _ in range(21)) + "u")
    return random.choice([
        lambda: random.choice(["$2a$", "$2b$", "$2y$"]) + bcrypt[4:],
        lambda: "{PBKDF2}" + pbkdf2(raw),
        lambda: "{PBKDF2_STRETCH}" + pbkdf2(hashlib.sha512(raw).hexdigest().encode()),
        lambda: "{SHA}" + b64(hashlib.sha1(raw).digest()),
        lambda: "{MD5}" + b64(hashlib.md5(raw).digest()),
        lambda: "{SSHA256}" + b64(salt[:8]) + b64(hashlib.sha256(raw + salt[:8]).digest()),
    ])()


class World:
    """One configuration and what was put into it, as far as making requests and mappings needs to know."""

    def __init__(self, files, *, pool, realms, users, required):
        self.files = files
        self.pool = pool  # subjects
        self.realms = realms
        self.users = users  # name -> password
        self.required = required  # whether everybody has a certificate


class Dialect:
    """`parts`: which features configurations and requests use (see PARTS)."""

    name = "xpack"
    manage_by_password = True
    PARTS = {"mapping", "password", "run-as", "anonymous", "template", "lookup"}

    def __init__(self, system, parts):
        self.system = system
        self.parts = parts
        self.gateway_settings = {"xpack": {"answers": 8 if system == "elasticsearch-8" else 7}}

    def mapping_path(self, name):
        return f"/_security/role_mapping/{name}"

    def admin_files(self):
        return {
            "elasticsearch.yml": "\n".join([*self._tls("required"), f"{REALM}.pki.admin.order: 0", ""]),
            "role_mapping.yml": f'superuser: ["{certificates.ADMIN_DN}"]\n',
        }

    def _tls(self, client_authentication):
        ssl = "xpack.security.http.ssl"
        return [
            # A user whom several realms know would be asked for at the one that knew him last (docs/decisions.md).
            "xpack.security.authc.success_cache.enabled: false",
            f"{ssl}.enabled: true", f"{ssl}.certificate: certs/server.pem", f"{ssl}.key: certs/server-key.pem",
            f'{ssl}.certificate_authorities: ["certs/ca.pem", "certs/second-ca.pem"]',
            f"{ssl}.client_authentication: {client_authentication}",
            # Their challenges would be added to every 401; the gateway has no such services (X-AUT-77).
            "xpack.security.authc.token.enabled: false", "xpack.security.authc.api_key.enabled: false",
        ]

    # Configurations

    def world(self, random, number):
        """Number 0 is the plainest; every fourth has anonymous access."""
        pool = [subjects.subject(random) for _ in range(30)]
        pool += [subjects.sibling(random, random.choice(pool)) for _ in range(20)]
        required = number % 5 == 4
        lines = self._tls("required" if required else "optional")
        realms = []
        orders = random.sample(range(1, 9), 4)
        for name in ["pki1", "pki2", "Pki_3"][:1 if number == 0 else random.choice([1, 2, 2, 3])]:
            realms.append(name)
            prefix = f"{REALM}.pki.{name}"
            lines.append(f"{prefix}.order: {orders.pop()}")
            if number > 0 and random.random() < 0.8:
                lines.append(f"{prefix}.username_pattern: {yaml_form.text(random.choice(PATTERNS))}")
            if number > 0 and random.random() < 0.6:
                trusted = random.choice([["ca"], ["second-ca"], ["ca", "second-ca"], ["sub-ca"], ["foreign-ca"]])
                lines.append(f"{prefix}.certificate_authorities: [{', '.join(f'certs/{one}.pem' for one in trusted)}]")
            if len(realms) > 1 and random.random() < 0.4:
                lines.append(f"{prefix}.files.role_mapping: other_mapping.yml")
            if "lookup" in self.parts and len(realms) > 1 and random.random() < 0.35:
                lines.append(f'{prefix}.authorization_realms: ["file1"]')
        lines.append(f"{REALM}.file.file1.order: {random.choice([0, 9])}")
        lines.append(f"{REALM}.native.native1.order: 10")
        if "anonymous" in self.parts and number % 4 == 3:
            lines.append(f"xpack.security.authc.anonymous.roles: {random.choice(['guest', '[guest, visitor]'])}")
            if random.random() < 0.5:
                lines.append("xpack.security.authc.anonymous.username: somebody")
            lines.append(f"xpack.security.authc.anonymous.authz_exception: {random.choice(['true', 'false'])}")
        if random.random() < 0.15:
            lines.append("xpack.security.authc.run_as.enabled: false")
        users = {name: random.choice(PASSWORDS) for name in USER_NAMES}
        files = {
            "elasticsearch.yml": "\n".join([*lines, ""]),
            "role_mapping.yml": self._mapping_file(random, pool, "file"),
            "other_mapping.yml": self._mapping_file(random, pool, "other"),
            "roles.yml": self._roles_file(random),
            "users": "".join(f"{name}:{hashed(random, password)}\n" for name, password in users.items()),
            "users_roles": "".join(f"{role}:{','.join(random.sample(USER_NAMES, random.randrange(1, 5)))}\n"
                                   for role in ["user1", "user2", "runner0", "runner1", "runner2"]),
        }
        return World(files, pool=pool, realms=realms, users=users, required=required)

    def _mapping_file(self, random, pool, word):
        lines = ["# subject -> role"]
        for number in range(12):
            lines.append(f"{word}{number}:")
            lines += [f"  - {yaml_form.text(subjects.written(random, random.choice(pool)))}" for _ in range(random.randrange(1, 4))]
        for number in range(3):
            lines.append(f"runner{number}:")
            lines += [f"  - {yaml_form.text(subjects.jdk_form(random.choice(pool)))}" for _ in range(4)]
        return "\n".join([*lines, ""])

    def _roles_file(self, random):
        patterns = [random.sample(["*", "alice", "a*", "/[A-Z].*/", "Bob", "J?hn Doe", "John*", "/a.*&.*e/", "x1", "nobody", "*o*"], 2)
                    for _ in range(3)]
        lines = []
        for number, one in enumerate(patterns):
            lines += [f"runner{number}:", "  cluster: [monitor]", f"  run_as: [{', '.join(map(yaml_form.text, one))}]"]
        return "\n".join([*lines, "user1:", "  cluster: [monitor]", "guest:", "  cluster: [monitor]", ""])

    # Batches

    def batch(self, random, world, size):
        named = []
        requests = []
        for _ in range(size):
            kind, one = self._request(random, world)
            requests.append((kind, one))
            if one["certificate"] is not None:
                named.append(one["certificate"]["subject"])
        rules = xpack_rules.Rules(random, named + world.pool[:10], world.realms + ["file1", "native1", "__anonymous"], USER_NAMES)
        mappings = {}
        if "mapping" in self.parts:
            for number in range(max(size * 3 // 4, 1)):
                name = f"m{number}"
                templated = "template" in self.parts and random.random() < 0.15
                mappings[name] = rules.template_mapping(name) if templated else rules.mapping(name)
        return cases.Batch(mappings, requests)

    def _certificate(self, random, world):
        rdns = random.choice(world.pool) if random.random() < 0.75 else subjects.subject(random)
        described = {"subject": rdns, "issuer": random.choice(["ca"] * 6 + ["second-ca"] * 3 + ["sub-ca"] * 2 + ["foreign-ca"] * (random.random() < 0.3))}
        roll = random.random()
        if roll < 0.1:
            described["sans"] = random.choice([[["dns", "a.example"]], [["email", "a@example.com"], ["uri", "urn:x"]],
                                               [["directory", [[["CN", "utf8", "san"]]]]], [["ip", "0a000001"], ["other", "upn"]]])
        elif roll < 0.15:
            described["usage"] = random.choice(["server", "any", "none"])
        elif roll < 0.17:
            described["valid"] = random.choice(["over", "to-come"])
        if not rdns and "sans" not in described:
            described["sans"] = [["dns", "a.example"]]
        return described

    def _credentials(self, random, world):
        user = random.choice([*world.users, "nobody", "ALICE", ""])
        password = world.users.get(user, "secret-pw")
        roll = random.random()
        if roll < 0.2:
            password = random.choice([*PASSWORDS, "", password + " ", password.upper(), "wrong"])
        raw = f"{user}:{password}".encode()
        if roll > 0.97:
            raw = f"{user}:{password}".encode("latin-1")
        scheme = random.choice(["Basic"] * 8 + ["basic", "BASIC"])
        return "Authorization", f"{scheme} {base64.b64encode(raw).decode()}"

    def _request(self, random, world):
        weights = {"certificate": 52, "neither": 3, "malformed header": 8}
        if "password" in self.parts:
            weights.update({"password": 15, "both": 12})
        kind = random.choices([*weights], [*weights.values()])[0]
        certificate = None
        if world.required or kind in ("certificate", "both") or kind == "malformed header" and random.random() < 0.5:
            certificate = self._certificate(random, world)
        headers = []
        if kind in ("password", "both"):
            headers.append(self._credentials(random, world))
        elif kind == "malformed header":
            headers.append(("Authorization", random.choice(SCHEMES)))
            if random.random() < 0.05:
                headers.append(("Authorization", random.choice(SCHEMES)))
        if "run-as" in self.parts and kind != "neither" and random.random() < 0.2:
            kind = f"{kind}, run as"
            headers.append((random.choice(["es-security-runas-user"] * 5 + ["ES-Security-RunAs-User"]), self._target(random, world)))
        path = random.choice([PATH] * 12 + [PATH + "?pretty", PATH + "/", PATH + "?x=1"])
        return kind, cases.request(certificate=certificate, headers=headers, path=path)

    def _target(self, random, world):
        return random.choice(TARGETS + [*world.users])

    # Answers

    def facts(self, answer):
        """What counts of the answer to a request: member -> value."""
        body = _json(answer.body)
        facts = {"status": answer.status, "challenges": sorted(value for name, value in answer.headers if name.lower() == "www-authenticate")}
        if answer.status == 200 and isinstance(body, dict):
            facts.update(body)
            facts["roles"] = sorted(body.get("roles", []))
        else:
            facts["reason"] = _reasons(body)[:1]
            facts["type"] = body.get("error", {}).get("type") if isinstance(body, dict) and isinstance(body.get("error"), dict) else None
        return facts

    def put_facts(self, answer):
        """What counts of the answer to putting a mapping: of an error, whether the essence is the same."""
        body = _json(answer.body)
        if answer.status == 200:
            return {"status": 200, "body": body}
        return {"status": answer.status, "reasons": _reasons(body)}

    def same(self, member, genuine, gateway):
        """Whether two values of a fact mean the same."""
        if member == "reasons":  # the gateway puts the essence into one text, the system into the last of several
            return bool(_phrases(gateway) & _phrases(genuine))
        return genuine == gateway


def _json(body):
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _phrases(reasons):
    """Two words each; those that every such error begins with are left out."""
    found = set()
    for reason in reasons or []:
        words = reason.replace("failed to parse rules expression.", "").replace("[role-mapping] failed to parse field [rules]", "").split()
        found |= {tuple(words[start:start + 2]) for start in range(max(1, len(words) - 1))}
    return found


def _reasons(body):
    """The reason of an error and of what caused it, outermost first."""
    found = []
    error = body.get("error") if isinstance(body, dict) else None
    while isinstance(error, dict):
        found.append(error.get("reason"))
        error = error.get("caused_by")
    return found or [error if isinstance(error, str) else str(body)[:300]]
