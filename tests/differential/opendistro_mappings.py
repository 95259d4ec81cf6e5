# SPDX-License-Identifier: Apache-2.0
"""Makes up entries of roles_mapping.yml and bodies for its API."""

import re

import subjects

HOSTS = ["127.0.0.1", "127.0.0.*", "127.*", "*", "127.0.0.2", "127.0.0.?", "/127\\.0\\.0\\.[0-9]/", "localhost", "local*", "10.0.0.5", "10.1.*", "::1",
         "2001:db8::7", "2001:db8:*", "0:0:0:0:0:0:0:1", "127.0.0.0/8", "", "/.*/", "ip-*", "203.0.113.9", "203.*"]
BACKEND_ROLES = ["admins", "Ops", "ops", "a", "b", "x y", "devs", "a,b"]


def glob(random, text):
    for _ in range(random.randrange(1, 3)):
        start = random.randrange(len(text) + 1)
        text = text[:start] + "*" + text[min(len(text), start + random.randrange(0, 5)):]
    if random.random() < 0.4 and text:
        position = random.randrange(len(text))
        text = text[:position] + random.choice(["?", "\\*", "[a]", "??"]) + text[position + 1:]
    return text


def regex(random, text, broken):
    position = random.randrange(len(text) + 1)
    before, after = re.escape(text[:position]), re.escape(text[position:])
    body = random.choice([
        before + ".*", ".*" + after, f"(?i){re.escape(text)}", f"{before}(?:{after})?", f"{before}.+?", f"({before}|{after})+", f"^{re.escape(text)}$",
        f"[^x]{re.escape(text[1:])}", "\\Q" + text + "\\E", "\\w+", "\\p{L}+.*", f"(.).*\\1", f"{before}.{{0,9}}", f"(?!{before}).*", "(?s).*", ".*",
        f"(?<=a)b|{re.escape(text)}", f"{before}[\\s\\S]*+", "", "CN=[^,]+,.*", "(?x) a b",
        *([text, f"({before}", "(?u)É"] if broken else []),
    ])
    return f"/{body}/"


def pattern(random, text, broken):
    roll = random.random()
    if roll < 0.4:
        return text
    if roll < 0.5:
        return random.choice([text.lower(), text.upper(), text + " ", " " + text, text.replace(",", ", "), text[:-1]])
    if roll < 0.75:
        return glob(random, text)
    if roll < 0.95:
        return regex(random, text, broken)
    return random.choice(["*", "**", "?", "?*", "", " ", "//", "/.*/", "/*", "*/", "${user.name}", "\\", "-", "NULL"])


def canonical(rdns):
    """The subject as this dialect prints it, near enough."""
    return subjects.jdk_form(rdns, comma=",", plus="+", spell=subjects.escaped)


class Mappings:
    """Mappings about the users of `pool`, a list of subjects, and those with the names given.

    With `broken`, some patterns are none: through the API they are refused; a file with one would not load.
    """

    def __init__(self, random, pool, user_names, *, broken):
        self._broken = broken
        self._random = random
        self._pool = pool
        self._names = user_names

    def _value(self):
        rdns = self._random.choice(self._pool)
        values = [one[2] for rdn in rdns for one in rdn]
        return self._random.choice(values or ["a"])

    def _user(self):
        roll = self._random.random()
        if roll < 0.35:
            return pattern(self._random, canonical(self._random.choice(self._pool)), self._broken)
        if roll < 0.4:
            return subjects.written(self._random, self._random.choice(self._pool))
        return pattern(self._random, self._value() if roll < 0.8 else self._random.choice(self._names), self._broken)

    def _backend_role(self):
        known = self._random.random() < 0.5
        return pattern(self._random, self._random.choice(BACKEND_ROLES) if known else self._value(), self._broken)

    def _host(self):
        return self._random.choice(HOSTS)

    def _list(self, make):
        return [make() for _ in range(self._random.choice([0, 1, 1, 2, 3]))]

    def entry(self):
        """What roles_mapping.yml holds for a role."""
        random = self._random
        entry = {}
        for key, make, often in (("users", self._user, 0.7), ("backend_roles", self._backend_role, 0.4),
                                 ("and_backend_roles", self._backend_role, 0.2), ("hosts", self._host, 0.12)):
            if random.random() < often:
                entry[key] = self._list(make)
        return entry or {"users": [self._user()]}

    def body(self):
        """A body for the API, now and then one that is refused."""
        random = self._random
        entry = self.entry()
        roll = random.random()
        if roll < 0.04:
            entry["description"] = random.choice(["x", "", None, 1, [], {}])
        elif roll < 0.08:
            entry[random.choice(["users", "hosts", "backend_roles", "and_backend_roles"])] = random.choice([None, "x", 1, {}, [None], [1, True], ["", " "]])
        elif roll < 0.10:
            entry[random.choice(["other", "User", "_meta"])] = []
        elif roll < 0.12:
            return random.choice([{}, [], None, "x", {"description": "x"}, [entry]])
        elif roll < 0.14:
            entry[random.choice(["reserved", "hidden"])] = random.choice([True, False, "x", None])
        return entry
