# SPDX-License-Identifier: Apache-2.0
"""The dialect of Open Distro and OpenSearch: configurations, batches of cases, and what of an answer counts."""

import base64
import crypt
import json
import re

import cases
import certificates
import opendistro_mappings
import subjects
import tokens
import yaml_form

AUTHINFO = "/_plugins/_security/authinfo"
IMPERSONATE = "opendistro_security_impersonate_as"
USER_NAMES = ["alice", "Bob", "John Doe", "a", "carol@example.com", "O'Brien", "com", "x1", "ops"]
PASSWORDS = ["secret-pw", "a:b:c def", "pässword", "trailing ", "Secret-PW"]
ATTRIBUTES = ["cn", "CN", "ou", "o", "emailaddress", "uid", "oid.2.5.4.97", "2.5.4.97", "e", "dc", "surname", "sn", "t", "st"]
ADDRESSES = ["203.0.113.9", "10.1.2.3", "::1", "2001:db8::7", "2001:DB8:0:0:0:0:0:7", "127.0.0.2", "192.168.0.10", "1.2.3.4, 203.0.113.9", "203.0.113.9,127.0.0.1",
             "127.0.0.1", "127.0.0.1, 127.0.0.2", "", " ", " 203.0.113.9 ", "203.0.113.9,", ",203.0.113.9", "::ffff:10.0.0.5", "fe80::1%eth0", "[::1]"]
SCHEMES = ["Basic", "Basic ", "Basic !!!", "Basic YQ==", "Basic Og==", "Basic YTo=", "Basic OmI=", "basic YWxpY2U6c2VjcmV0LXB3", "Basic  YWxpY2U6c2VjcmV0LXB3",
           "BasicYWxpY2U6c2VjcmV0LXB3", "Negotiate YII=", "x", "", "Bearer", "Bearer x.y.z", "Basic YWxpY2U6c2VjcmV0LXB", "Basic /w==", "Basic YTpi YTpi", "ApiKey YTpi",
           "Basic 8J+YgDph", "Basic YQ", "Basic AA==", "BASIC YWxpY2U6c2VjcmV0LXB3"]
ILL_ESCAPED = re.compile(r"""\\(?![,=+<>#;"\\]|[0-9a-fA-F]{2})""")  # in a DN of a superadmin it may keep OpenSearch from starting


class World:
    """One configuration, as far as making requests and mappings needs to know."""

    def __init__(self, files, *, pool, users, required, kinds):
        self.files = files
        self.pool = pool
        self.users = users
        self.required = required
        self.kinds = kinds  # types of the domains that are on


class Dialect:
    """`parts`: which features configurations and requests use (see PARTS)."""

    name = "opensearch"
    manage_by_password = False
    PARTS = {"mapping", "password", "proxy", "jwt", "anonymous", "impersonation", "admin"}
    NUM_ROLES = 30

    def __init__(self, system, parts):
        self.system = system
        self.parts = parts
        self.gateway_settings = {}

    def mapping_path(self, name):
        return f"/_plugins/_security/api/rolesmapping/{name}"

    def admin_files(self):
        return {}

    # Configurations

    def world(self, random, number):
        pool = [one for one in (subjects.subject(random) for _ in range(32)) if one]
        pool += [subjects.sibling(random, random.choice(pool)) for _ in range(20)]
        required = number % 5 == 4
        users = {name: random.choice(PASSWORDS) for name in USER_NAMES}
        settings = self._settings(random, pool, required)
        dynamic, kinds = self._dynamic(random, number)
        made = opendistro_mappings.Mappings(random, pool, USER_NAMES, broken=False)
        roles = [f"m{index}" for index in range(self.NUM_ROLES)] + [f"file{index}" for index in range(12)]
        files = {
            "opensearch.yml": "".join(f"plugins.security.{key}: {yaml_form.flow(value)}\n" for key, value in settings.items()),
            "config.yml": self._document("config", {"config": {"dynamic": dynamic}}),
            "roles.yml": self._document("roles", {name: {"cluster_permissions": ["cluster_monitor"]} for name in roles}),
            "roles_mapping.yml": self._document("rolesmapping", {f"file{index}": made.entry() for index in range(14)}),
            "internal_users.yml": self._document("internalusers", self._users(random, users)),
        }
        return World(files, pool=pool, users=users, required=required, kinds=kinds)

    def _document(self, kind, members):
        return yaml_form.document({"_meta": {"type": kind, "config_version": 2}, **members})

    def _settings(self, random, pool, required):
        settings = {
            "ssl.http.enabled": True, "ssl.http.pemcert_filepath": "certs/server.pem", "ssl.http.pemkey_filepath": "certs/server-key.pem",
            "ssl.http.pemtrustedcas_filepath": "certs/trusted.pem", "ssl.http.clientauth_mode": "REQUIRE" if required else "OPTIONAL",
            "authcz.admin_dn": [certificates.ADMIN_DN],
        }
        if "admin" in self.parts:
            settings["authcz.admin_dn"] += [one for one in (subjects.written(random, random.choice(pool)) for _ in range(4)) if not ILL_ESCAPED.search(one) and "${" not in one]
        if random.random() < 0.4:
            settings["roles_mapping_resolution"] = random.choice(["MAPPING_ONLY", "BACKENDROLES_ONLY", "BOTH", "both"])
        if "impersonation" in self.parts:
            for user in random.sample(["alice", "a", "b", "John Doe", "com", "x1", "ops"], 3):
                key = f"authcz.rest_impersonation_user.{user}"
                settings[key] = random.sample(["*", "Bob", "a*", "/[A-Z].*/", "nobody", "J?hn Doe", "alice"], 2)
        return settings

    def _users(self, random, users):
        found = {}
        for name, password in users.items():
            salt = "".join(random.choice("abcdefghijklmnopqrstuvABCDEFGH01234567") for _ in range(21))
            entry = {"hash": random.choice(["$2a$", "$2y$", "$2b$"]) + crypt.crypt(password, f"$2b$04${salt}u")[4:]}
            if random.random() < 0.7:
                entry["backend_roles"] = random.sample(opendistro_mappings.BACKEND_ROLES, random.randrange(3))
            if random.random() < 0.3:
                entry["opendistro_security_roles"] = random.sample(["m1", "file1", "readall", "missing_role"], 2)
            if random.random() < 0.3:
                entry["attributes"] = {"department": "x", "level": "1"}
            found[name] = entry
        return found

    def _dynamic(self, random, number):
        domains = [self._clientcert(random, number)]
        if number > 0 and random.random() < 0.25:
            domains.append(self._clientcert(random, number))
        if "password" in self.parts:
            domains.append(("basic", {}, "internal"))
        if "proxy" in self.parts and number % 2:
            config = {"user_header": "x-proxy-user", "roles_header": "x-proxy-roles"}
            if random.random() < 0.3:
                config["roles_separator"] = random.choice([";", "\\|", "[,;]"])
            if random.random() < 0.5:
                domains.append(("extended-proxy", {**config, "attr_header_prefix": "x-proxy-ext-"}, "noop"))
            else:
                domains.append(("proxy", config, "noop"))
        if "jwt" in self.parts and number % 3 == 2:
            config = {"signing_key": base64.b64encode(tokens.SECRET).decode()}
            for key, values in (("roles_key", ["roles"]), ("subject_key", ["sub", "name"]), ("jwt_header", ["x-token"]),
                                ("jwt_url_parameter", ["token"]), ("required_issuer", ["me"]), ("required_audience", ["me"])):
                if random.random() < (0.7 if key == "roles_key" else 0.15):
                    config[key] = random.choice(values)
            domains.append(("jwt", config, "noop"))
        random.shuffle(domains)
        authc = {}
        for order, (kind, config, backend) in enumerate(domains):
            authc[f"{kind}_{order}"] = {
                "http_enabled": True, "order": order,
                "http_authenticator": {"type": kind, "challenge": kind != "clientcert" and random.random() < (0.3 if order + 1 < len(domains) else 0.8),
                                       "config": config},
                "authentication_backend": {"type": backend}}
        http = {"anonymous_auth_enabled": "anonymous" in self.parts and number % 4 == 3}
        if "proxy" in self.parts and number % 2:
            http["xff"] = {"enabled": True, "internalProxies": random.choice(["127\\.0\\.0\\.1", "127\\.0\\.0\\.[13]|192\\.168\\.0\\.10", ".*", ""]),
                           **({"remoteIpHeader": "x-forwarded-for"} if random.random() < 0.5 else {})}
        dynamic = {"http": http, "authc": authc}
        if random.random() < 0.4:
            dynamic["hosts_resolver_mode"] = random.choice(["ip-only", "ip-hostname", "x"])
        return dynamic, {kind for kind, *_ in domains}

    def _clientcert(self, random, number):
        config = {} if number % 3 == 1 else {"username_attribute": "cn" if number == 0 else random.choice(ATTRIBUTES)}
        if random.random() < 0.6:
            config["roles_attribute"] = random.choice(["ou", "OU", *ATTRIBUTES])
        return "clientcert", config, "noop"

    # Batches

    def batch(self, random, world, size):
        requests = [self._request(random, world) for _ in range(size)]
        named = [one["certificate"]["subject"] for _, one in requests if one["certificate"] and one["certificate"]["subject"]]
        made = opendistro_mappings.Mappings(random, named + world.pool[:10], USER_NAMES, broken=True)
        mappings = {}
        if "mapping" in self.parts:
            mappings = {f"m{index}": made.body() for index in range(min(size * 3 // 4 + 1, self.NUM_ROLES))}
            if random.random() < 0.3:
                mappings["no_such_role"] = made.body()
        return cases.Batch(mappings, requests)

    def _certificate(self, random, world):
        rdns = random.choice(world.pool) if random.random() < 0.75 else subjects.subject(random)
        described = {"subject": rdns, "issuer": random.choice(["ca"] * 6 + ["second-ca"] * 3 + ["sub-ca"] * 2 + ["foreign-ca"] * (random.random() < 0.3))}
        roll = random.random()
        if roll < 0.1:
            described["sans"] = random.choice([[["dns", "a.example"]], [["email", "a@example.com"], ["uri", "urn:x"]], [["oid", "1.2.3.4.5.5"]]])
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
        if random.random() < 0.2:
            password = random.choice([*PASSWORDS, "", password + " ", password.upper(), "wrong"])
        return "Authorization", f"{random.choice(['Basic'] * 8 + ['basic', 'BASIC'])} {base64.b64encode(f'{user}:{password}'.encode()).decode()}"

    def _request(self, random, world):
        weights = {"certificate": 50, "neither": 4, "malformed header": 7}
        if "basic" in world.kinds:
            weights.update({"password": 14, "both": 10})
        if world.kinds & {"proxy", "extended-proxy"}:
            weights["proxy"] = 20
        if "jwt" in world.kinds:
            weights["token"] = 25
        kind = random.choices([*weights], [*weights.values()])[0]
        certificate = None
        if world.required or kind in ("certificate", "both") or kind not in ("password", "neither") and random.random() < 0.4:
            certificate = self._certificate(random, world)
        path = random.choice([AUTHINFO] * 9 + [AUTHINFO + "?verbose=true", "/_opendistro/_security/authinfo"])
        headers = []
        if kind in ("password", "both"):
            headers.append(self._credentials(random, world))
        elif kind == "malformed header":
            headers.append(("Authorization", random.choice(SCHEMES)))
        elif kind == "proxy":
            headers += self._proxy_headers(random)
        elif kind == "token":
            token = tokens.token(random, [*USER_NAMES, "nobody"])
            if random.random() < 0.1:
                path = f"{AUTHINFO}?token={token.replace(' ', '')}"
            else:
                headers.append((random.choice(["Authorization"] * 6 + ["x-token"]), random.choice(["Bearer "] * 6 + ["bearer ", "", "Bearer", "BEARER  "]) + token))
        if "proxy" in self.parts and kind != "proxy" and random.random() < 0.1:
            headers.append(("X-Forwarded-For", random.choice(ADDRESSES)))
        if "impersonation" in self.parts and random.random() < 0.12:
            kind = f"{kind}, impersonating"
            headers.append((IMPERSONATE, random.choice(["alice", "Bob", "John Doe", "nobody", "", "*", "CN=administrator,O=differential", "a", "com"])))
        if random.random() < 0.04:
            headers.append((random.choice(["securitytenant", "security_tenant"]), random.choice(["t1", "", "__user__", "admin_tenant"])))
        if "anonymous" in self.parts and random.random() < 0.06 and "?" not in path:
            path += random.choice(["?auth_type=anonymous", "?auth_type=", "?auth_type=basic"])
        return kind, cases.request(certificate=certificate, headers=headers, path=path, source=random.choice(["127.0.0.1"] * 6 + ["127.0.0.2", "127.0.0.3"]))

    def _proxy_headers(self, random):
        headers = []
        if random.random() < 0.9:
            headers.append(("x-proxy-user", random.choice([*USER_NAMES, "nobody", "", " a ", "CN=administrator,O=differential", "a,b", "é", "O=com"])))
        if random.random() < 0.8:
            headers.append(("x-proxy-roles", random.choice(["admins", "a,b", " a , b ", "a,,b", ",", "", "Ops;x y", "a|b", "admins,Ops,admins"])))
        if random.random() < 0.3:
            headers.append((random.choice(["x-proxy-ext-dept", "X-Proxy-Ext-Dept", "x-proxy-ext-"]), random.choice(["x", "", "a, b"])))
        if random.random() < 0.9:
            headers.append((random.choice(["X-Forwarded-For"] * 5 + ["x-forwarded-for"]), random.choice(ADDRESSES)))
        if random.random() < 0.1:
            headers.append(random.choice([("X-Forwarded-For", "203.0.113.10"), ("x-proxy-user", "second"), ("x-proxy-roles", "second")]))
        return headers

    # Answers

    def facts(self, answer):
        """What counts of the answer to a request: member -> value."""
        body = _json(answer.body)
        facts = {"status": answer.status, "challenges": sorted(value for name, value in answer.headers if name.lower() == "www-authenticate")}
        if answer.status == 200 and isinstance(body, dict):
            # With ?verbose: sizes of Java objects.
            facts.update({member: value for member, value in body.items() if not member.startswith("size_of_")})
            for member in ("roles", "backend_roles", "custom_attribute_names"):
                if isinstance(facts.get(member), list):
                    facts[member] = sorted(facts[member])
            if isinstance(facts.get("user"), str):  # its backend roles are in no order
                facts["user"] = re.sub(r"backend_roles=\[.*\], requested", "backend_roles=[...], requested", facts["user"], flags=re.DOTALL)
            if isinstance(facts.get("remote_address"), str):
                facts["remote_address"] = facts["remote_address"].rpartition(":")[0]
        else:
            facts["reason"] = _reason(body)
        return facts

    def put_facts(self, answer):
        """What counts of the answer to putting a mapping."""
        body = _json(answer.body)
        reason = _reason(body)
        if isinstance(reason, dict) and "specify_one_of" in reason:  # in another order with each start
            reason["specify_one_of"] = sorted(reason["specify_one_of"]["keys"].split(","))
        return {"status": answer.status, "reason": reason}

    def same(self, member, genuine, gateway):
        return genuine == gateway


def _json(body):
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _reason(body):
    """The text of an error, from whichever of its forms; of a validation error all members."""
    if not isinstance(body, dict):
        return body
    error = body.get("error")
    if isinstance(error, dict):
        return error.get("reason")
    return error if error is not None else {key: value for key, value in body.items() if key != "root_cause"}
