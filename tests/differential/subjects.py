# SPDX-License-Identifier: Apache-2.0
"""Makes up certificate subjects, and the ways in which people write a subject down in a mapping.

Values come from a small stock, so that subjects of one batch resemble each other and mappings nearly match: that is
where two systems differ.
"""

import copy

import der

PLAIN = ["a", "b", "A", "John Doe", "john doe", "JOHN DOE", "alice", "Bob", "example", "com", "Example", "ops", "admins", "x1"]
SPECIAL = [
    "Doe, John", "a+b", "a=b", "a;b", 'say "hi"', '"quoted"', '"', "back\\slash", "#1", "#", "a#b", "<a>", "a/b", "/a/", "a*",
    "*", "a?b", " lead", "trail ", "  two", "in  side", "tab\there", "line\nfeed", "cr\rhere", "nul\0here", " ", "", "CN=evil",
    "a,CN=evil", "CN=evil, O=b", "O'Brien", "a@example.com", "(x|y)", "[a]", "{a}", "a.b", "$1", "a\\,b", "\\", "a\\2cb", "#04024869",
    "A" * 70, "a,b,c", "x + CN=y", ",", "+", "a ", "a, ", "~a", "a&b", "<1-3>", "a-b", "a_b", "${user.name}", "{{username}}", "[[a]]",
]
FOREIGN = [
    "É", "é", "e\u0301", "Straße", "STRASSE", "ß", "İstanbul", "ısı", "Ωmega", "ΣΑΣ", "日本", "пётр", "ПЁТР", "😀", "a\u00a0b", "\u2028", "ǅ",
    "ﬀ", "K", "ⅷ", "\ufeffa", "\u200b", "𐐀", "𐐨", "º", "ÿ", "\x7f", "\x85", "\x1f",
]
COMMON = ["CN", "OU", "O", "C", "L", "ST", "DC", "UID", "EMAILADDRESS"]
RARE = ["SERIALNUMBER", "STREET", "T", "GIVENNAME", "SURNAME", "INITIALS", "GENERATION", "DNQ", "2.5.4.65", "2.5.4.97", "1.2.3.4",
        "0.9.2342.19200300.100.1.3", "2.5.4.41", "1.3.6.1.4.1.42.2.11.2.1", "2.16.840.1.113730.3.1.241", "2.5.4.13"]
# Not VisibleString, GeneralString or OCTET STRING: the TLS library of this very tool refuses to send such a certificate.
TEXT_STRINGS = ["utf8", "utf8", "utf8", "printable", "ia5", "t61", "bmp", "universal"]
OTHER_STRINGS = ["numeric", "bits"]


def value(random):
    roll = random.random()
    if roll < 0.6:
        return random.choice(PLAIN)
    if roll < 0.85:
        return random.choice(SPECIAL)
    if roll < 0.95:
        return random.choice(FOREIGN)
    return "".join(random.choice(PLAIN + SPECIAL + FOREIGN) for _ in range(2))


def attribute(random, kind=None):
    kind = kind or random.choice(COMMON * 6 + RARE)
    text = value(random)
    if random.random() < 0.05:
        return [kind, random.choice(OTHER_STRINGS), random.choice(["12", "a", "", text])]
    string = random.choice(TEXT_STRINGS) if random.random() < 0.4 else "utf8"
    if string == "bmp" and any(ord(letter) > 0xFFFF for letter in text):
        string = "utf8"
    if string not in ("utf8", "bmp", "universal") and any(ord(letter) > 0xFF for letter in text):
        string = "utf8"
    return [kind, string, text]


def subject(random):
    """In encoding order."""
    roll = random.random()
    if roll < 0.02:
        return []
    rdns = []
    for kind in random.sample(["C", "ST", "L", "O", "OU", "OU", "DC", "DC", "EMAILADDRESS"], random.randrange(0, 4)):
        rdns.append([attribute(random, kind)])
    if random.random() < 0.25:
        rdns.append([attribute(random)])
    if random.random() < 0.9:
        rdns.append([attribute(random, "CN")])
    if not rdns:
        rdns.append([attribute(random)])
    for rdn in rdns:
        while random.random() < 0.12 and len(rdn) < 4:
            rdn.append(attribute(random, random.choice([None, "CN", "UID", rdn[0][0]])))
    if random.random() < 0.15:
        random.shuffle(rdns)
    return rdns


def sibling(random, rdns):
    """A subject that nearly is the given one."""
    rdns = copy.deepcopy(rdns)
    if not rdns:
        return subject(random)
    rdn = random.choice(rdns)
    one = random.choice(rdn)
    match random.randrange(6):
        case 0:
            one[2] = one[2].swapcase()
        case 1:
            random.shuffle(rdns)
        case 2:
            rdns.remove(rdn)
        case 3:
            rdns.insert(random.randrange(len(rdns) + 1), [attribute(random)])
        case 4:
            one[1] = "utf8"
            one[2] = one[2].replace(" ", "  ")
        case 5:
            one[0] = random.choice(COMMON + RARE)
    return rdns or subject(random)


def quoted(text):
    """As the JDK prints a value by default."""
    if any(letter in ',=+<>#;"\\\n' for letter in text) or text.strip(" \n") != text or "  " in text:
        if len(text) > 1 and text[0] == text[-1] == '"':
            return text
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text


def escaped(text):
    """As RFC 4514 writes a value."""
    out = "".join("\\" + letter if letter in ',+"\\<>;=' else letter for letter in text)
    if out.startswith((" ", "#")):
        out = "\\" + out
    if out.endswith(" ") and not out.endswith("\\ "):
        out = out[:-1] + "\\ "
    return out.replace("\0", "\\00")


def hexed(text):
    """Every byte as \\XX."""
    return "".join(f"\\{byte:02X}" for byte in text.encode("utf-8", "replace"))


def keyword(kind):
    return kind if kind in der.KEYWORDS else f"OID.{kind}"


def jdk_form(rdns, *, comma=", ", plus=" + ", spell=quoted, kind=keyword):
    """The subject as the JDK prints it, near enough: where it is not, the systems will say the same of it."""
    return comma.join(plus.join(f"{kind(one[0])}={spell(one[2])}" for one in rdn) for rdn in reversed(rdns))


ALIASES = {"EMAILADDRESS": ["E", "EMAIL", "1.2.840.113549.1.9.1"], "CN": ["cn", "2.5.4.3", "commonName", "OID.2.5.4.3"],
           "ST": ["S", "st"], "SURNAME": ["SN"], "O": ["o", "2.5.4.10"], "OU": ["ou"], "T": ["TITLE"], "DC": ["dc"]}


def written(random, rdns):
    """A subject as somebody might write it: mostly right."""
    roll = random.random()
    if roll < 0.35:
        text = jdk_form(rdns)
    elif roll < 0.55:
        text = jdk_form(rdns, comma=",", plus="+", spell=escaped)
    elif roll < 0.6:
        text = jdk_form(rdns, comma=";", plus=" +", spell=escaped)
    elif roll < 0.65:
        text = jdk_form(rdns, comma=" , ", spell=hexed)
    elif roll < 0.7:
        text = jdk_form(list(reversed(rdns)))
    elif roll < 0.75:
        text = jdk_form(rdns, kind=lambda kind: random.choice([keyword(kind), *ALIASES.get(kind, [])]))
    elif roll < 0.8:
        text = jdk_form(rdns, comma=",", kind=lambda kind: kind.lower(), spell=lambda one: f" {one} ")
    elif roll < 0.85:
        text = jdk_form([random.sample(rdn, len(rdn)) for rdn in rdns], comma=",", plus="+")
    elif roll < 0.9:
        text = jdk_form(rdns, spell=lambda one: '"' + one + '"')
    elif roll < 0.95:
        text = jdk_form(sibling(random, rdns))
    else:
        text = jdk_form(rdns, spell=lambda one: one)
    roll = random.random()
    if roll < 0.15:
        text = random.choice([str.lower, str.upper, str.swapcase])(text)
    elif roll < 0.2 and text:
        position = random.randrange(len(text))
        text = text[:position] + random.choice([" ", ",", "\\", '"', "+", "=", "#", "", "x"]) + text[position + random.randrange(2):]
    return text
