# SPDX-License-Identifier: Apache-2.0
"""Makes up role mappings of the X-Pack dialect, for the users of one batch and for others that resemble them."""

import json

import subjects

LUCENE_SPECIAL = '.?+*{}[]()"\\|@&~#<>^$/'


def lucene_literal(text):
    return "".join("\\" + letter if letter in LUCENE_SPECIAL else letter for letter in text)


def wildcard(random, text):
    """`text` with one to three pieces replaced by `*`, or letters by `?`."""
    for _ in range(random.randrange(1, 4)):
        start = random.randrange(len(text) + 1)
        end = min(len(text), start + random.randrange(0, 6))
        text = text[:start] + "*" + text[end:]
    if random.random() < 0.3 and text:
        position = random.randrange(len(text))
        text = text[:position] + random.choice(["?", "\\*", "\\?", "\\"]) + text[position + 1:]
    if random.random() < 0.1:
        text = text.replace("*", "**", 1)
    return text


def regex(random, text):
    """A Lucene regular expression that has something to do with `text`."""
    position = random.randrange(len(text) + 1)
    before, after = lucene_literal(text[:position]), lucene_literal(text[position:])
    first = text[:1]
    body = random.choice([
        lambda: before + ".*",
        lambda: ".*" + after,
        lambda: before + "@",
        lambda: f"({before}|{after}).*",
        lambda: before + ".+",
        lambda: f"{before}.{{{len(text) - position}}}",
        lambda: f"{before}.{{0,{random.randrange(40)}}}",
        lambda: f"~({before}.*)",
        lambda: f".*&{before}.*",
        lambda: f'"{text.replace(chr(34), "")}"',
        lambda: f"[^x]{lucene_literal(text[1:])}",
        lambda: f"[{lucene_literal(first or 'a')}-z].*",
        lambda: ".*<1-30>.*",
        lambda: "#|" + lucene_literal(text),
        lambda: lucene_literal(text) + "?",
        lambda: f"\\w+=.*",
        lambda: f"[\\d\\s]*{before}.*",
        lambda: "(" + lucene_literal(text) + "){1,2}",
        lambda: lucene_literal(text).swapcase(),
        lambda: f"({before}",
        lambda: f"[{before}",
        lambda: "",
        lambda: text,
        lambda: f"^{before}.*$",
        lambda: f"{before}()(.|\n)*",
        lambda: "(?i)" + lucene_literal(text),
        lambda: "\\" + text,
        lambda: before + "<5-1>",
        lambda: before + "{3,2}",
        lambda: "a{900}",
        lambda: "(a|b)*a(a|b){12}",
    ])()
    return f"/{body}/"


def dn_value(random, pool):
    rdns = random.choice(pool)
    text = subjects.written(random, rdns)
    roll = random.random()
    if roll < 0.55:
        return text
    if roll < 0.65:
        return "*," + subjects.written(random, rdns[:random.randrange(len(rdns) + 1)])
    if roll < 0.68:
        return "*" + random.choice([" ,", ", ", ",", ";"]) + random.choice(["", text, "*", "x"])
    if roll < 0.82:
        return wildcard(random, random.choice([text, text.lower(), text.replace(", ", ",").lower(), text.upper()]))
    if roll < 0.96:
        return regex(random, random.choice([text, text.lower(), text.replace(", ", ",").lower(), text.upper()]))
    return random.choice([None, True, False, 1, "", " ", "*", "/", "//", "/.*/", "**", "=", "CN=", "CN", ","])


def text_value(random, text):
    roll = random.random()
    if roll < 0.4:
        return text
    if roll < 0.5:
        return random.choice([text.lower(), text.upper(), text + " ", " " + text, text[:-1]])
    if roll < 0.7:
        return wildcard(random, text)
    if roll < 0.9:
        return regex(random, text)
    return random.choice([None, True, False, 0, 1, 1.5, -1, 1e3, 9223372036854775807, 9223372036854775808, "", "*", "/", "//", "/.*/",
                          "/a*", "/a*b", "a?", "?", "\\*"])


class Rules:
    """Rules about the users of `pool`, a list of subjects, in the realms named."""

    def __init__(self, random, pool, realms, user_names):
        self._random = random
        self._pool = pool
        self._realms = realms
        self._names = user_names

    def _common_name(self):
        rdns = self._random.choice(self._pool)
        names = [one[2] for rdn in rdns for one in rdn if one[0] == "CN"] or ["a"]
        return subjects.quoted(self._random.choice(names + self._names))

    def field(self):
        random = self._random
        roll = random.random()
        if roll < 0.5:
            key, value = "dn", lambda: dn_value(random, self._pool)
        elif roll < 0.72:
            key, value = "username", lambda: text_value(random, self._common_name())
        elif roll < 0.84:
            key = "metadata.pki_dn"
            value = lambda: text_value(random, subjects.jdk_form(random.choice(self._pool)))  # noqa: E731
        elif roll < 0.92:
            key, value = "realm.name", lambda: text_value(random, random.choice(self._realms))
        elif roll < 0.96:
            key, value = "groups", lambda: random.choice([None, dn_value(random, self._pool), "*", "cn=a,o=b"])
        else:
            key = random.choice(["metadata.x", "metadata", "email", "full_name", "realm", "dn.x", "x", "roles", "", "USERNAME", "realm.type"])
            value = lambda: random.choice([None, "*", "x", True, 1])  # noqa: E731
        values = value()
        if random.random() < 0.2:
            values = [value() for _ in range(random.randrange(1, 4))]
        return {"field": {key: values}}

    def rule(self, depth=0):
        random = self._random
        roll = random.random()
        if depth >= 3 or roll < (0.55 if depth == 0 else 0.7):
            return self.field()
        word = random.choice(["any", "all"])
        members = [self.rule(depth + 1) for _ in range(random.choice([0, 1, 1, 2, 2, 3]))]
        if word == "all" and random.random() < 0.5:
            members.insert(random.randrange(len(members) + 1), {"except": self.rule(depth + 1)})
        return {word: members}

    def broken_rule(self):
        """A rule that is, mostly, none."""
        random = self._random
        rule = self.rule()
        return random.choice([
            {}, [], "x", None, 1, {"any": rule}, {"all": [1]}, {"all": [None]}, {"any": ["x"]}, {"except": rule}, {"any": [{"except": rule}]},
            {"all": [{"except": {"except": rule}}]}, {"field": {}}, {"field": []}, {"field": {"a": "b", "c": "d"}}, {"field": "x"},
            {"field": {"dn": {}}}, {"field": {"dn": []}}, {"field": {"dn": [[]]}}, {"field": {"dn": {"a": 1}}}, {"other": []},
            {"any": [], "all": []}, {**self.field(), "any": []}, {"all": [{"except": [rule]}]}, {"Any": []}, {"all": {}}, {"field": None},
            {"all": [{"except": {"all": [{"except": rule}]}}]}, {"field": {"dn": "/a("}}, {"field": {"username": "/(/"}},
            {"field": {"": "x"}}, {"any": None}, {"all": [{}]}, {"all": [rule, []]},
        ])

    def mapping(self, name):
        """A body for PUT role_mapping/`name`; its role is the mapping's name."""
        random = self._random
        body = {"enabled": True, "roles": [name], "rules": self.rule()}
        roll = random.random()
        if roll < 0.04:
            body["enabled"] = False
        elif roll < 0.07:
            body["metadata"] = random.choice([{}, {"a": [1, None]}, {"_x": 1}, None, "x", []])
        elif roll < 0.09:
            body["roles"] = random.choice([[name, name], [], [name, "superuser2"], None, name, [1], [None], [""]])
        elif roll < 0.11:
            del body[random.choice(["enabled", "roles", "rules"])]
        elif roll < 0.12:
            body["extra"] = 1
        elif roll < 0.13:
            body["enabled"] = random.choice(["true", "false", "x", 1, None])
        elif roll < 0.20:
            body["rules"] = self.broken_rule()
        return body

    def template_mapping(self, name):
        """The same with role templates. None whose result is no list of names: upstream, that fails the request (X-TPL-4)."""
        random = self._random
        source = random.choice([
            name + "_{{username}}", name + "_{{realm.name}}", name + "_{{dn}}", name + "_{{{username}}}", name + "_{{metadata.pki_dn}}",
            name + "{{#groups}}_{{.}}{{/groups}}", name + "{{^groups}}_none{{/groups}}", name + "_{{! note }}x", name + "_{{missing}}",
            name + "_{{#tojson}}username{{/tojson}}", name + "_{{#join}}groups{{/join}}", name + "_{{#url}}{{username}}{{/url}}",
            name + "_{{extra}}", name + "{{#username}}_yes{{/username}}", name + "_{{metadata.none}}", name + "_{{ username }}",
            name + "{{#metadata.pki_dn}}_{{.}}{{/metadata.pki_dn}}", name + "_{{&username}}", name + "_{{username", name + "_{{/x}}",
            name + "_{{#x}}", "", "{{missing}}", name + "{{=<% %>=}}<%username%>",
        ])
        template = {"source": source}
        if random.random() < 0.2:
            template["params"] = random.choice([{"extra": "e"}, {"extra": ["a", "b"]}, {"username": "other"}, {}, {"extra": 1}, {"extra": True}])
        if random.random() < 0.05:
            template["lang"] = "mustache"
        entry = {"template": template if random.random() < 0.8 else json.dumps(template)}
        if random.random() < 0.35:
            entry["format"] = random.choice(["json", "string", "JSON", "xml"])
            if entry["format"].lower() == "json":
                quoted = {"source": random.choice([
                    '["%s", "b_{{username}}"]' % name, '"%s_{{username}}"' % name, "{{#tojson}}groups{{/tojson}}", "[]",
                    "[null]", "{{#tojson}}username{{/tojson}}"])}
                entry["template"] = quoted
        return {"enabled": True, "role_templates": [entry], "rules": random.choice([{"field": {"username": "*"}}, self.field()])}
