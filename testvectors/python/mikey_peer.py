#!/usr/bin/env python3
"""A MIKEY peer for the conformance suite: pre-shared key mode of RFC 3830.

It reads one JSON object per line from standard input and answers each with one
on standard output, as the peer protocol says. It is an example for those who
write such a program in another language: all that pre-shared key mode needs is
in this file, and only AES comes from outside the standard library. A message is
kept in the form that the protocol gives it: a dict with octets in hexadecimal.

Sections without the number of an RFC are those of RFC 3830.
"""

from __future__ import annotations

import base64
import calendar
import hashlib
import hmac
import json
import re
import secrets
import sys
import time
from typing import Any, BinaryIO, Iterator, NamedTuple, Optional

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MAX_LINE, MAX_MESSAGE, MAX_PAYLOADS, MAX_KEYS = 1 << 20, 1 << 16, 64, 32
MIN_RAND = 16  # octets of RAND from which keys are derived (Section 4.1.1)

# Error numbers that the other party is told (Section 6.12).
AUTH_FAILURE, INVALID_TS, INVALID_PRF, INVALID_MAC, INVALID_EA, INVALID_HA, INVALID_DH, INVALID_ID = range(8)
INVALID_SP, INVALID_SPPAR, INVALID_DT, UNSPECIFIED = range(9, 13)
# Payloads (Section 6.1; IDR: RFC 6043, Section 6.1).
LAST, KEMAC, PKE, DH, SIGN, T, ID, CERT, CHASH, V, SP, RAND, ERR = range(13)
IDR, KEY_DATA, GENEXT = 14, 20, 21
PSK_INIT, PSK_VERIFY, ERROR_MESSAGE = 0, 1, 6  # data types (Section 6.1)
ANSWERS = (1, 3, 5, 6, 8, 10)  # data types that answer something
NTP_UTC, NTP, COUNTER, NTP_UTC_32 = range(4)  # timestamps (Section 6.6; RFC 6043, Section 6.3)
TGK, TGK_SALT, TEK, TEK_SALT = range(4)  # keys (Section 6.13), and those of RFC 6043 and RFC 6267
KEY_TYPES = ("TGK", "TGK+SALT", "TEK", "TEK+SALT", "GTGK", "GTGK+SALT", "MPK", "K_PR")
KV_MEMBERS: list[list[str]] = [[], ["spi"], ["from", "to"]]  # by KV type (Section 6.14)

# Lengths that a number implies. Of other numbers, nobody knows the length.
TS_LENGTH = {NTP_UTC: 8, NTP: 8, COUNTER: 4, NTP_UTC_32: 4}
HASH_LENGTH, MAC_LENGTH, DH_LENGTH = {0: 20, 1: 16, 2: 32}, {0: 0, 1: 20, 2: 32}, {0: 192, 1: 96, 2: 128}
UNKNOWN_NUMBER = {T: INVALID_TS, CHASH: INVALID_HA, V: INVALID_MAC, KEMAC: INVALID_MAC, DH: INVALID_DH}

# The fields of each payload after the next-payload octet (Section 6). "n" is a
# number of one octet; 1 and 2 stand for octets behind their length, which has as
# many octets; a table gives the length of octets by the number before them; and
# ("c", 14) for octets behind one 16-bit field of number c and a length of 14 bits.
LAYOUT: dict[int, tuple[str, list[tuple[str, Any]]]] = {
    KEMAC: ("KEMAC", [("encr_alg", "n"), ("encr_data", 2), ("mac_alg", "n"), ("mac", MAC_LENGTH)]),
    PKE: ("PKE", [("data", ("c", 14))]),
    DH: ("DH", [("group", "n"), ("value", DH_LENGTH), ("kv", "kv")]),
    SIGN: ("SIGN", [("signature", ("sign_type", 12))]),
    T: ("T", [("ts_type", "n"), ("ts_value", TS_LENGTH)]),
    ID: ("ID", [("id_type", "n"), ("id", "id")]),
    CERT: ("CERT", [("cert_type", "n"), ("cert", 2)]),
    CHASH: ("CHASH", [("hash_func", "n"), ("hash", HASH_LENGTH)]),
    V: ("V", [("auth_alg", "n"), ("mac", MAC_LENGTH)]),
    SP: ("SP", [("policy", "n"), ("protocol", "n"), ("params", "params")]),
    RAND: ("RAND", [("rand", 1)]),
    ERR: ("ERR", [("error", "n"), ("reserved", "reserved")]),
    IDR: ("IDR", [("role", "n"), ("id_type", "n"), ("id", "id")]),
    GENEXT: ("GENEXT", [("ext_type", "n"), ("data", 2)]),
}
# How often a payload may occur: IDs are IDi and IDr, DHs are DHr and DHi.
OCCURS = {KEMAC: 1, PKE: 1, T: 1, CHASH: 1, V: 1, RAND: 1, ID: 2, DH: 2, SP: 16, CERT: 8, GENEXT: 16}


class Refused(Exception):
    """Why a request fails: a stage of the protocol and perhaps an error number."""

    def __init__(self, stage: str, detail: str, code: Optional[int] = None):
        super().__init__(detail)
        self.stage, self.detail, self.code = stage, detail, code
        self.error_message: Optional[bytes] = None


class UnknownLayout(Exception):
    """A payload has a length that only those know who know a number in it."""


def as_usage(e: Refused) -> Refused:
    """Returns why what the caller wants to send cannot be."""
    return Refused("usage", e.detail) if e.stage == "malformed" else e


def check(good: bool, stage: str, detail: str, code: Optional[int] = None) -> None:
    if not good:
        raise Refused(stage, detail, code)


# --- Members of JSON objects, none of which can be trusted ---


def member(obj: dict, name: str, kind: type, default: Any = None) -> Any:
    """Returns a member of an object; null is the same as absent."""
    value = default if obj.get(name) is None else obj[name]
    check(value is default or type(value) is kind, "usage", f"member {name} has the wrong type")
    return value


def number(obj: dict, name: str, default: int = 0, most: int = 255) -> int:
    value = member(obj, name, int, default)
    check(0 <= value <= most, "usage", f"member {name} is not from 0 to {most}")
    return value


def octets(obj: dict, name: str, default: Any = b"", least: int = 0, most: int = MAX_LINE) -> Any:
    """Returns a member in hexadecimal as octets."""
    text = member(obj, name, str)
    if text is None:
        return default
    good = re.fullmatch(r"([0-9a-fA-F]{2})*", text) is not None and 2 * least <= len(text) <= 2 * most
    check(good, "usage", f"member {name} is not in hexadecimal, or has the wrong length")
    return bytes.fromhex(text)


def objects(obj: dict, name: str, most: int) -> list[dict]:
    values = member(obj, name, list, [])
    good = len(values) <= most and all(type(v) is dict for v in values)
    check(good, "usage", f"member {name} is not a list of at most {most} objects")
    return values


def id_octets(obj: dict) -> bytes:
    text = member(obj, "id", str)
    return octets(obj, "id_hex") if text is None else text.encode()


def id_members(value: bytes) -> dict:
    try:
        return {"id": value.decode()}
    except UnicodeDecodeError:
        return {"id_hex": value.hex()}


def message_of(request: dict) -> bytes:
    text = member(request, "message", str)
    check(text is not None, "usage", "the request has no message")
    data = base64.b64decode(text, validate=True)
    check(base64.b64encode(data).decode() == text, "usage", "member message is not in base64 with padding")
    return data


def now_of(request: dict) -> int:
    """Returns the time of a request, or of the clock, in nanoseconds since 1970."""
    text = member(request, "now", str)
    if text is None:
        return time.time_ns()
    m = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(?:Z|[+-]00:00)", text, re.ASCII)
    if m is None:
        raise Refused("usage", "member now is not a time of RFC 3339 in UTC")
    seconds = calendar.timegm(time.strptime(m.group(1), "%Y-%m-%dT%H:%M:%S"))
    return seconds * 10**9 + int((m.group(2) or "").ljust(9, "0")[:9])


# --- Messages (Section 6) ---


class Reader:
    """Octets that are read from the front."""

    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        check(count <= self.left(), "malformed", "it ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, count: int = 1) -> int:
        return int.from_bytes(self.take(count), "big")

    def prefixed(self, count: int) -> bytes:
        """Takes octets behind their length, a number of count octets."""
        return self.take(self.number(count))

    def validity(self, kind: int) -> dict:
        if kind >= len(KV_MEMBERS):
            raise UnknownLayout(UNSPECIFIED)
        return {"type": kind, **{name: self.prefixed(1).hex() for name in KV_MEMBERS[kind]}}

    def payload(self, kind: int) -> tuple[dict, int]:
        """Takes a payload and returns it and the type of the next one."""
        check(kind != KEY_DATA, "malformed", "key data is not sent in the clear")  # Section 6.13
        if kind not in LAYOUT:
            raise UnknownLayout(UNSPECIFIED)
        following = LAST if kind == SIGN else self.number()  # Section 6.5
        p: dict[str, Any] = {"type": kind, "name": LAYOUT[kind][0]}
        value = 0
        for name, form in LAYOUT[kind][1]:
            if form == "n":
                value = p[name] = self.number()
            elif form == "id":
                p.update(id_members(self.prefixed(2)))
            elif form in (1, 2):
                p[name] = self.prefixed(form).hex()
            elif type(form) is tuple:
                p[form[0]], length = divmod(self.number(2), 1 << form[1])
                p[name] = self.take(length).hex()
            elif form == "params":  # they fill their list (Section 6.10)
                r, p[name] = Reader(self.prefixed(2)), []
                while r.left():
                    p[name].append({"type": r.number(), "value": r.prefixed(1).hex()})
            elif form == "kv":  # behind 4 reserved bits (Section 6.4)
                reserved, kv_type = divmod(self.number(), 16)
                p.update({"reserved": f"{reserved:02x}"} if reserved else {}, kv=self.validity(kv_type))
            elif form == "reserved":  # Section 6.12
                reserved = self.number(2)
                p.update({"reserved": f"{reserved:04x}"} if reserved else {})
            elif value in form:
                p[name] = self.take(form[value]).hex()
            else:
                raise UnknownLayout(UNKNOWN_NUMBER[kind])
        check(kind != RAND or p["rand"] != "", "malformed", "RAND has no octets")
        return p, following

    def generic_map(self, count: int) -> bytes:
        """Takes a GENERIC-ID map (RFC 6043, Section 6.1.1)."""
        start = self.at
        for _ in range(count):
            _, protocol, flags = self.take(3)
            self.take(flags & 0x7F)
            length = len(self.prefixed(2))
            good = protocol != 0 or length in (0, 10 if flags & 0x80 else 4)
            check(good, "malformed", "the session data does not fit its S flag")
            self.prefixed(1)
        return self.data[start:self.at]


def parse(data: bytes, m: dict, trailing_zero: bool = False) -> dict:
    """Parses a message into m, which keeps what was understood where it fails."""
    check(len(data) <= MAX_MESSAGE, "malformed", "the message is too large")
    check(data[:1] in (b"", b"\1"), "unsupported", "the version is not 1")
    r = Reader(data)
    _, data_type, following, flags = r.take(4)
    csb_id, count, map_type = r.take(4), r.number(), r.number()
    if map_type == 0:  # SRTP-ID (Section 6.1.1)
        cs_map: dict[str, Any] = {"cs": [
            {"policy": r.number(), "ssrc": r.take(4).hex(), "roc": r.number(4)} for _ in range(count)]}
    else:  # 1: Empty (RFC 4563, Section 5). The length of an unknown map is not known: it holds the rest.
        entries = b"" if map_type == 1 else r.generic_map(count) if map_type == 2 else r.take(r.left())
        cs_map = {"cs_count": count, "cs_id_map": entries.hex()}
    payloads: list[dict] = []
    m.update(version=1, data_type=data_type, v=flags >= 0x80, prf=flags & 0x7F, csb_id=csb_id.hex(),
             cs_id_map_type=map_type, payloads=payloads, **cs_map)
    if map_type > 2 and following != LAST:
        payloads.append({"type": following, "name": "unknown", "rest": ""})
        following = LAST
    while following != LAST:
        kind, start = following, r.at
        good = len(payloads) < MAX_PAYLOADS and len(all_of(m, kind)) < OCCURS.get(kind, MAX_PAYLOADS)
        check(good, "malformed", f"there are too many payloads, or too many of type {kind}")
        check(r.left() > 0, "malformed", "it ends too early")
        try:
            payload, following = r.payload(kind)
        except UnknownLayout as e:  # payloads have no length in common: this one holds the rest
            r.at, following, m["cause"] = len(data), LAST, e.args[0]
            payload = {"type": kind, "name": "unknown", "rest": data[start:].hex()}
        payloads.append(payload)
    if r.left():
        # Some devices send a zero octet too much. Nothing follows where there is a MAC.
        good = trailing_zero and data[r.at:] == b"\0" and unprotected(m)
        check(good, "malformed", "there are octets behind the last payload")
        m["trailing"] = "00"
    return m


def all_of(m: dict, kind: int) -> list[dict]:
    return [p for p in m.get("payloads", []) if p["type"] == kind and "rest" not in p]


def unprotected(m: dict) -> bool:
    """Reports whether a message ends in a KEMAC with NULL encryption and NULL MAC."""
    return any(p.get("encr_alg") == 0 and p.get("mac_alg") == 0 for p in m["payloads"][-1:])


def prefixed(count: int, value: bytes) -> bytes:
    return len(value).to_bytes(count, "big") + value  # fails with an OverflowError


def build_validity(obj: dict) -> tuple[int, bytes]:
    kv = member(obj, "kv", dict, {})
    kind = number(kv, "type", most=len(KV_MEMBERS) - 1)
    return kind, b"".join(prefixed(1, octets(kv, name)) for name in KV_MEMBERS[kind])


def build_payload(p: dict, following: int) -> bytes:
    kind, rest = number(p, "type"), octets(p, "rest", None)
    check(following == LAST or kind != SIGN and rest is None, "usage", f"payload {kind} cannot have one behind it")
    check(kind in LAYOUT or rest is not None, "usage", f"payload {kind} is not known and has no rest")
    if rest is not None:
        return rest
    out, value = b"" if kind == SIGN else bytes([following]), 0
    for name, form in LAYOUT[kind][1]:
        if form == "n":
            value = number(p, name)
            out += bytes([value])
        elif form == "id":
            out += prefixed(2, id_octets(p))
        elif name == "encr_data" and p.get(name) is None and value == 0:
            out += prefixed(2, build_keys(objects(p, "keys", MAX_KEYS)))
        elif form in (1, 2):
            out += prefixed(form, octets(p, name))
        elif type(form) is tuple:
            top, data = number(p, form[0], most=0xFFFF >> form[1]), octets(p, name, most=(1 << form[1]) - 1)
            out += (top << form[1] | len(data)).to_bytes(2, "big") + data
        elif form == "params":
            params = [(number(q, "type"), octets(q, "value")) for q in objects(p, name, 0x8000)]
            out += prefixed(2, b"".join(bytes([t]) + prefixed(1, v) for t, v in params))
        elif form == "kv":
            kv_type, data = build_validity(p)
            out += bytes([octets(p, "reserved", b"\0", 1, 1)[0] << 4 | kv_type]) + data
        elif form == "reserved":
            out += octets(p, name, bytes(2), 2, 2)
        else:  # others know the values of other DH groups
            data = octets(p, name)
            good = len(data) == form.get(value, len(data) if kind == DH else -1)
            check(good, "usage", f"{name} has the wrong length")
            out += data
    check(kind != RAND or octets(p, "rand") != b"", "usage", "RAND has no octets")
    return out


def build(m: dict) -> bytes:
    """Returns the octets of a message."""
    check(member(m, "version", int) == 1, "unsupported", "the version is not 1")
    map_type, payloads = number(m, "cs_id_map_type"), objects(m, "payloads", MAX_PAYLOADS)
    count, cs_map = number(m, "cs_count"), octets(m, "cs_id_map")
    if map_type == 0:
        sessions = objects(m, "cs", 255)
        count, cs_map = len(sessions), b"".join(
            bytes([number(cs, "policy")]) + octets(cs, "ssrc", bytes(4), 4, 4)
            + number(cs, "roc", most=0xFFFFFFFF).to_bytes(4, "big") for cs in sessions)
    elif map_type <= 2:
        good = cs_map == (b"" if map_type == 1 else Reader(cs_map).generic_map(count))
        check(good, "usage", "the CS ID map does not fit its type")
    types = [number(p, "type") for p in payloads] + [LAST]
    flags = member(m, "v", bool, False) << 7 | number(m, "prf", most=127)
    out = bytes([1, number(m, "data_type"), types[0], flags]) + octets(m, "csb_id", bytes(4), 4, 4)
    out += bytes([count, map_type]) + cs_map
    for i, p in enumerate(payloads):
        out += build_payload(p, types[i + 1])
    out += octets(m, "trailing")
    check(len(out) <= MAX_MESSAGE, "usage", "the message is too large")
    return out


def read_keys(data: bytes, following: int = KEY_DATA, padding: int = 0) -> list[dict]:
    """Reads the sub-payloads of a KEMAC (Section 6.13). Zeros may pad wrapped ones."""
    r = Reader(data)
    keys: list[dict] = []
    if data and following == ID:  # comes first under an envelope key (Section 3.2)
        following, _, _ = r.number(), r.number(), r.prefixed(2)
    while data and following != LAST:
        check(following == KEY_DATA and len(keys) < MAX_KEYS, "malformed", "a KEMAC holds not only keys, or too many")
        following, (kind, kv_type), key = r.number(), divmod(r.number(), 16), r.prefixed(2)
        known = kind < len(KEY_TYPES) and kv_type < len(KV_MEMBERS)
        check(known, "unsupported", "the type of a key or of its validity is not known", UNSPECIFIED)
        keys.append({"type": kind, "type_name": KEY_TYPES[kind], "key": key.hex()})
        if "SALT" in KEY_TYPES[kind]:
            keys[-1]["salt"] = r.prefixed(2).hex()
        keys[-1]["kv"] = r.validity(kv_type)
    check(r.left() <= padding and not any(data[r.at:]), "malformed", "there are octets behind the last key")
    return keys


def clear_keys(data: bytes) -> list[dict]:
    """Returns the keys of a KEMAC with NULL encryption, where they can be read."""
    for first in (KEY_DATA, ID):
        try:
            return read_keys(data, first)
        except Refused:
            continue
    return []


def build_keys(keys: list[dict]) -> bytes:
    out = b""
    for i, k in enumerate(keys):
        kind, (kv_type, kv) = number(k, "type", most=len(KEY_TYPES) - 1), build_validity(k)
        out += bytes([KEY_DATA if i + 1 < len(keys) else LAST, kind << 4 | kv_type]) + prefixed(2, octets(k, "key"))
        out += (prefixed(2, octets(k, "salt")) if "SALT" in KEY_TYPES[kind] else b"") + kv
    return out


# --- Cryptography (Section 4) ---

LABELS = {"tek": 0x2AD01C64, "salt": 0x39A2C14B, "tgk-auth": 0x1B5C7973, "tgk-encr": 0x15798CEF,  # Section 4.1.3
          "encr": 0x150533E1, "auth": 0x2D22AC75, "salting": 0x29B88916}  # Section 4.1.4
PRF_HASH = {0: "sha1", 1: "sha256"}  # Section 4.1.2; RFC 6043, Section 6.1
MAC_HASH = {1: "sha1", 2: "sha256"}  # Section 4.2.4; RFC 6043, Section 6.2
ENCR_NULL, AES_CM_128, AES_KW_128, AES_CM_256 = range(4)  # Section 4.2.3; RFC 6043, Section 6.2
ENCR_LENGTHS = {ENCR_NULL: (0, 0), AES_CM_128: (16, 14), AES_KW_128: (16, 8), AES_CM_256: (32, 14)}  # key, salt


def derive(prf: int, inkey: bytes, label: str, cs_id: int, csb_id: bytes, rand: bytes, length: int) -> bytes:
    """The PRF (Section 4.1.2) with a label of Sections 4.1.3 and 4.1.4."""
    check(prf in PRF_HASH, "unsupported", f"PRF {prf} is not known", INVALID_PRF)
    whole_label = LABELS[label].to_bytes(4, "big") + bytes([cs_id]) + csb_id + rand
    result = 0
    for start in range(0, len(inkey), 32):  # blocks of 256 bits, with either hash
        block, a, stream = inkey[start:start + 32], whole_label, b""
        while len(stream) < length:
            a = hmac.digest(block, a, PRF_HASH[prf])
            stream += hmac.digest(block, a + whole_label, PRF_HASH[prf])
        result ^= int.from_bytes(stream[:length], "big")
    return result.to_bytes(length, "big")


def xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b))


def key_wrap(key: bytes, iv: bytes, data: bytes) -> bytes:
    """AES key wrap (RFC 3394, Section 2.2.1) with the salt as IV (Section 4.2.3)."""
    aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    a, r = iv, [data[i:i + 8] for i in range(0, len(data), 8)]
    for t in range(6 * len(r)):
        b = aes.update(a + r[t % len(r)])
        a, r[t % len(r)] = xor(b[:8], (t + 1).to_bytes(8, "big")), b[8:]
    return a + b"".join(r)


def key_unwrap(key: bytes, iv: bytes, data: bytes) -> bytes:
    """The inverse (RFC 3394, Section 2.2.2)."""
    check(len(data) >= 24 and len(data) % 8 == 0, "malformed", "the key data is not as long as wrapped data is")
    aes = Cipher(algorithms.AES(key), modes.ECB()).decryptor()
    a, r = data[:8], [data[i:i + 8] for i in range(8, len(data), 8)]
    for t in reversed(range(6 * len(r))):
        b = aes.update(xor(a, (t + 1).to_bytes(8, "big")) + r[t % len(r)])
        a, r[t % len(r)] = b[:8], b[8:]
    check(hmac.compare_digest(a, iv), "auth-failure", "the wrapped key data does not verify", AUTH_FAILURE)
    return b"".join(r)


# --- SRTP policies (Section 6.10.1) ---


class Policy(NamedTuple):
    key_len: int
    salt_len: int
    suite: Optional[str]


NULL, AES_CM, AES_GCM = 0, 1, 6  # ciphers (Table 6.10.1.b; RFC 7714, Section 14.3)
DEFAULT_SUITE = "AES_CM_128_HMAC_SHA1_80"
SUITES = {f"{name}_HMAC_SHA1_{bits}": (cipher, key_len, bits // 8)  # cipher, key and SRTP tag length
          for name, cipher, key_len in (("AES_CM_128", AES_CM, 16), ("AES_192_CM", AES_CM, 24),
                                        ("AES_256_CM", AES_CM, 32), ("NULL", NULL, 16)) for bits in (80, 32)}
SUITES.update(AEAD_AES_128_GCM=(AES_GCM, 16, 16), AEAD_AES_256_GCM=(AES_GCM, 32, 16))
# What each parameter may be. SRTCP has tags of 10 octets at least (RFC 3711,
# Section 5.2). GCM authenticates by itself (RFC 7714). RCC (RFC 4771) is not here.
SWITCH, ANY = range(2), range(256)
WITH_HMAC = {2: SWITCH, 3: [20], 4: [14], 5: [0], 6: [0], 7: SWITCH, 8: SWITCH, 9: [0], 10: SWITCH, 11: range(21),
             12: ANY, 14: SWITCH, 15: [1], 16: [20], 17: [20], 18: range(21), 19: range(10, 21)}
ALLOWED: dict[int, dict[int, Any]] = {
    NULL: {0: [NULL], 1: [16], **WITH_HMAC},
    AES_CM: {0: [AES_CM], 1: [16, 24, 32], **WITH_HMAC},
    AES_GCM: {0: [AES_GCM], 1: [16, 32], 2: [0], 3: ANY, 4: [12], 5: [0], 6: [0], 7: [1], 8: SWITCH, 9: [0], 10: [1],
              11: ANY, 12: ANY, 14: [0], 15: [0], 16: ANY, 17: ANY, 18: [16], 19: [16], 20: [16]},
}
LENGTHS = (1, 3, 4, 11, 12, 16, 17, 18, 19, 20)  # parameters that some senders give two octets


def suite_policy(policy: int, name: str = DEFAULT_SUITE) -> dict:
    """Returns a suite as SP payload, with everything explicit."""
    check(name in SUITES, "unsupported", "the suite is not known")
    cipher, key, tag = SUITES[name]
    params = ({0: cipher, 1: key, 2: 1, 3: 20, 4: 14, 7: 1, 8: 1, 10: 1, 11: tag} if cipher != AES_GCM else
              {0: cipher, 1: key, 2: 0, 4: 12, 5: 0, 7: 1, 8: 1, 10: 1, 20: tag})
    return {"type": SP, "policy": policy, "protocol": 0,
            "params": [{"type": t, "value": f"{v:02x}"} for t, v in params.items()]}


def read_policy(sp: dict) -> Policy:
    """Returns what an SP payload says. Defaults are those of SRTP (RFC 3711, Section 8.2)."""
    check(sp["protocol"] == 0, "unsupported", "the policy is not for SRTP", INVALID_SP)
    given: dict[int, int] = {}
    for p in sp["params"]:
        kind, size = p["type"], len(p["value"]) // 2
        # Nobody says how a key derivation rate (6) is encoded, except that 0 is 0.
        good = kind not in given and (size == 1 or kind == 6 or size == 2 and kind in LENGTHS)
        given[kind] = int(p["value"] or "0", 16) if good else -1
    for general, srtp, srtcp in ((2, 14, 15), (3, 16, 17), (11, 18, 19)):
        if srtp in given and srtcp in given:  # they win (RFC 4771, Section 4)
            given.pop(general, None)
    get, cipher = given.get, given.get(0, AES_CM)
    if cipher != AES_GCM and (get(3) in (4, 10) and 11 not in given or get(3) == get(11) == 10):
        given[3], given[11] = 20, given[3]  # some senders put the tag length there
    if (get(2), get(3)) == (0, 0):
        del given[3]  # no key where there is no authentication
    good = all(v in ALLOWED.get(cipher, {}).get(t, ()) for t, v in given.items())
    standard = (get(7, 1), get(8, 1), get(10, 1), get(12, 0)) == (1, 1, 1, 0)
    tag, salt_len = 16, 12
    if cipher != AES_GCM:
        tag, srtcp_tag, salt_len = get(18, get(11, 10)), get(19, max(get(11, 10), 10)), 14
        standard = standard and get(14, get(2, 1)) == 1 and srtcp_tag == 10
    check(good, "unsupported", "a parameter of the policy is not known, or does not fit", INVALID_SPPAR)
    names = [name for name in SUITES if standard and SUITES[name] == (cipher, get(1, 16), tag)]
    return Policy(get(1, 16), salt_len, names[0] if names else None)


# --- Pre-shared key mode (Section 3.1) ---


def identity(obj: dict, name: str) -> Optional[tuple[int, bytes]]:
    value = member(obj, name, dict, {})
    return (number(value, "type"), id_octets(value)) if id_octets(value) else None


def ids_of(m: dict) -> list[tuple[int, bytes]]:
    return [(p["id_type"], id_octets(p)) for p in all_of(m, ID)]


def id_payloads(*ids: Optional[tuple[int, bytes]]) -> list[dict]:
    return [{"type": ID, "id_type": i[0], **id_members(i[1])} for i in ids if i]


def ntp_time(nanoseconds: int) -> bytes:
    """Returns a time as NTP-UTC, rounded up so that clock_time gives it back."""
    return (((nanoseconds + 2208988800 * 10**9 << 32) + 10**9 - 1) // 10**9 & (1 << 64) - 1).to_bytes(8, "big")


def clock_time(t: dict) -> int:
    """Returns the nanoseconds since 1970 of a T that is not a COUNTER."""
    value = int(t["ts_value"].ljust(16, "0"), 16)
    if value < 1 << 63:
        value += 1 << 64  # the seconds start again in 2036 (Section 4.2.8)
    return (value * 10**9 >> 32) - 2208988800 * 10**9


def check_payloads(m: dict, allowed: tuple, last: int) -> None:
    for p in m["payloads"]:
        cause = m.get("cause", UNSPECIFIED) if "rest" in p else UNSPECIFIED
        check(cause == UNSPECIFIED, "unsupported", f"an algorithm in payload {p['type']} is not known", cause)
        good = "rest" not in p and p["type"] in (*allowed, last)
        check(good, "malformed", f"payload {p['type']} does not belong into this message")
    check([p["type"] for p in m["payloads"][-1:]] == [last], "malformed", f"the last payload is not {last}")


class Exchange:
    """One exchange at either party, with the credentials of a request."""

    def __init__(self, request: dict):
        c = member(request, "credentials", dict, {})
        self.psk, self.id, self.peer = octets(c, "psk"), identity(c, "id"), identity(c, "peer_id")
        self.transport_protected = member(c, "transport_protected", bool, False)
        self.request: dict = {}  # the message of the initiator
        self.t: dict = {}  # its payload T
        self.id_i: Optional[tuple[int, bytes]] = None
        self.id_r: Optional[tuple[int, bytes]] = None
        self.rand = b""
        self.policies: list[Policy] = []  # of the crypto sessions
        self.keys: list[dict] = []
        self.authentic = self.done = False

    def protect(self, encr_alg: int, mac_alg: int) -> None:
        """Derives what protects the messages (Sections 4.1.4, 4.2.3 and 4.2.4)."""
        check(encr_alg in ENCR_LENGTHS, "unsupported", f"encryption {encr_alg} is not known", INVALID_EA)
        check(mac_alg in MAC_LENGTH, "unsupported", f"MAC {mac_alg} is not known", INVALID_MAC)
        if not self.transport_protected:
            check(mac_alg != 0, "policy", "a NULL MAC needs a protected transport", INVALID_MAC)
            check(encr_alg != 0, "policy", "NULL encryption needs a protected transport", INVALID_EA)
        if encr_alg or mac_alg:
            check(self.psk != b"" or self.transport_protected, "usage", "the credentials have no psk")
            check(self.psk != b"", "auth-failure", "there is no key for the MAC", AUTH_FAILURE)
            check(len(self.rand) >= MIN_RAND, "malformed", f"RAND has less than {MIN_RAND} octets")
        self.encr_alg, self.mac_alg, self.csb_id = encr_alg, mac_alg, bytes.fromhex(self.request["csb_id"])
        lengths = zip(("encr", "salting", "auth"), (*ENCR_LENGTHS[encr_alg], MAC_LENGTH[mac_alg]))
        self.encr_key, self.salt, self.auth_key = (
            derive(self.request["prf"], self.psk, label, 0xFF, self.csb_id, self.rand, n) for label, n in lengths)

    def mac(self, covered: bytes) -> bytes:
        return hmac.digest(self.auth_key, covered, MAC_HASH[self.mac_alg]) if self.mac_alg else b""

    def seal(self, m: dict, behind: bytes = b"") -> bytes:
        """Returns the octets of a message, with the MAC at its end (Section 5.2)."""
        length = MAC_LENGTH[self.mac_alg]
        m["payloads"][-1]["mac"] = bytes(length).hex()
        covered = build(m)[:-length or None]
        return covered + self.mac(covered + behind)

    def verify(self, data: bytes, mac: str, behind: bytes = b"") -> None:
        covered = data[:len(data) - len(mac) // 2]
        good = hmac.compare_digest(self.mac(covered + behind), bytes.fromhex(mac))
        check(good, "auth-failure", "the MAC does not verify", AUTH_FAILURE)

    def identities_and_time(self, id_r: Optional[tuple[int, bytes]]) -> bytes:
        """What V covers behind the message: bare values (Section 5.2; RFC 6043, Section 5.5)."""
        return b"".join(i[1] for i in (self.id_i, id_r) if i) + bytes.fromhex(self.t["ts_value"])

    def counter_mode(self, data: bytes) -> bytes:
        """AES-CM, with IV = (S XOR (0x0000 || CSB ID || T)) || 0x0000 (Section 4.2.3)."""
        t = bytes.fromhex(self.t["ts_value"])
        if self.t["ts_type"] == NTP_UTC_32:
            t += bytes(4)  # a fraction of zero (RFC 6043, Section 6.3)
        iv = xor(self.salt, bytes(2) + self.csb_id + t.rjust(8, b"\0")) + bytes(2)  # COUNTER: Section 6.6
        return Cipher(algorithms.AES(self.encr_key), modes.CTR(iv)).encryptor().update(data)

    def encrypt(self, data: bytes) -> bytes:
        if self.encr_alg == AES_KW_128:  # takes two or more groups of 8 octets: zeros pad them
            return key_wrap(self.encr_key, self.salt, data + bytes(max(16 - len(data), -len(data) % 8)))
        return self.counter_mode(data) if self.encr_alg else data

    def decrypt_keys(self, data: bytes) -> list[dict]:
        if self.encr_alg == AES_KW_128 and data:
            return read_keys(key_unwrap(self.encr_key, self.salt, data), padding=15)
        return read_keys(self.counter_mode(data) if self.encr_alg else data)

    def choose_policies(self) -> None:
        """Finds the policy of each crypto session."""
        payloads, sessions = all_of(self.request, SP), self.request.get("cs", [])
        policies = {p["policy"]: read_policy(p) for p in payloads}
        check(len(policies) == len(payloads), "malformed", "two policies have the same number")
        if len(payloads) <= 1 and unprotected(self.request):  # devices leave it out, or do not match the numbers
            policies = dict.fromkeys(range(256), [*policies.values(), read_policy(suite_policy(0))][0])
        good = all(cs["policy"] in policies for cs in sessions)
        check(good, "malformed", "a crypto session names a policy that is not there", INVALID_SPPAR)
        self.policies = [policies[cs["policy"]] for cs in sessions]

    def result(self, session: str, sessions: list[dict]) -> dict:
        """Returns the keys R, after a check that they fit (Sections 4.1.3 and 6.13)."""
        check(self.keys != [], "malformed", "there is no key")
        spis = [k["kv"]["spi"] for k in self.keys if k["kv"]["type"] == 1]
        check("" not in spis and len(set(spis)) == len(spis), "malformed", "an SPI is empty, or occurs twice")
        ssrcs = [cs["ssrc"] for cs in sessions if cs["ssrc"] != "00000000"]
        for k in self.keys:
            check(k["type"] <= TEK_SALT, "unsupported", "a key is of a type that is not for this mode", UNSPECIFIED)
            good = k["key"] != "" and (k["type"] >= TEK or len(self.rand) >= MIN_RAND)
            check(good, "malformed", "a key has no octets, or no RAND for a derivation")
            good = k["type"] < TEK or len(set(ssrcs)) == len(ssrcs)  # else two streams have one keystream
            check(good, "policy", "crypto sessions share a TEK and an SSRC", UNSPECIFIED)  # RFC 3711, Section 8
        entries = []
        for cs_id, (cs, policy) in enumerate(zip(sessions, self.policies), 1):
            for k in self.keys:
                key, salt = self.master_key(k, cs_id, policy)
                entry = {"cs_id": cs_id, **cs, "tek": key, "salt": salt, "kv": k["kv"]}
                if k["kv"]["type"] == 1:
                    entry["mki"] = k["kv"]["spi"]
                if policy.suite:
                    entry["srtp"] = {"suite": policy.suite, "master_key": key, "master_salt": salt}
                entries.append(entry)
        return {"session": session, "csb_id": self.request["csb_id"], "crypto_sessions": entries}

    def master_key(self, k: dict, cs_id: int, policy: Policy) -> tuple[str, str]:
        """Returns SRTP master key and salt. A TEK without salt field has the salt behind it."""
        key, salt = bytes.fromhex(k["key"]), bytes.fromhex(k.get("salt", ""))
        if k["type"] == TEK:
            key, salt = key[:policy.key_len], key[policy.key_len:]
        elif k["type"] != TEK_SALT:
            tgk, prf, csb_id = key, self.request["prf"], bytes.fromhex(self.request["csb_id"])
            key = derive(prf, tgk, "tek", cs_id, csb_id, self.rand, policy.key_len)
            if k["type"] == TGK:
                salt = derive(prf, tgk, "salt", cs_id, csb_id, self.rand, policy.salt_len)
        good = (len(key), len(salt)) == (policy.key_len, policy.salt_len)
        check(good, "malformed", "a key or salt does not fit the policy")
        return key.hex(), salt.hex()

    def error_message(self, e: Refused) -> Optional[bytes]:
        """Returns HDR, T, ERR, {SP}, [V] where there is a number to tell (Section 5.1.2)."""
        times = all_of(self.request, T)
        if e.code is None or e.stage == "usage" or not times:
            return None
        m = {"version": 1, "data_type": ERROR_MESSAGE, "prf": self.request["prf"], "csb_id": self.request["csb_id"],
             "payloads": [times[0], {"type": ERR, "error": e.code}]}
        if e.code in (INVALID_SP, INVALID_SPPAR):
            m["payloads"] += [suite_policy(n, name) for n, name in enumerate(SUITES)]
        if not self.authentic or self.mac_alg == 0:
            return build(m)
        m["payloads"].append({"type": V, "auth_alg": self.mac_alg})
        return self.seal(m)


def offered_keys(offer: dict, fixed: dict, policies: list[Policy]) -> Iterator[dict]:
    """Yields the keys of an offer, with those that it leaves to chance."""
    key_len, salt_len = max([16, *(p.key_len for p in policies)]), policies[-1].salt_len if policies else 14
    for k in objects(offer, "keys", MAX_KEYS) or [{"type": "TGK"}]:
        check(k.get("type") in KEY_TYPES[:4], "usage", "there is no such type of key")
        kind = KEY_TYPES.index(k["type"])
        key = octets(k, "key", octets(fixed, "tgk", None) if kind in (TGK, TGK_SALT) else None)
        salt = octets(k, "salt", octets(fixed, "salt", None))
        if key is None:
            key = secrets.token_bytes(key_len + (salt_len if kind == TEK else 0))
        if salt is None:
            salt = secrets.token_bytes(salt_len)
        yield {"type": kind, "key": key.hex(), "salt": salt.hex(), "kv": k.get("kv")}


# --- The operations of the protocol ---


class Peer:
    """What stays between requests. Method op_x answers operation x."""

    def __init__(self) -> None:
        self.op_reset({})

    def op_hello(self, _: dict) -> dict:
        return {"implementation": "mikey-python-example", "version": "1", "modes": ["psk"], "groups": [],
                "suites": list(SUITES)}

    def op_reset(self, _: dict) -> dict:
        self.exchanges: dict[str, Exchange] = {}
        self.sessions: dict[Any, str] = {}  # names, by exchange or by CSB and initiator
        self.replay: set[bytes] = set()  # a server would forget what is outside the skew (Section 5.4)
        return {}

    def op_decode(self, request: dict) -> dict:
        m = parse(message_of(request), {}, trailing_zero=True)
        m.pop("cause", None)
        for p in all_of(m, KEMAC):
            keys = clear_keys(bytes.fromhex(p["encr_data"])) if p["encr_alg"] == 0 else []
            p.update({"keys": keys} if keys else {})
        return {"decoded": m}

    def op_encode(self, request: dict) -> dict:
        check("decoded" in request, "usage", "the request has no decoded message")
        try:
            return {"message": build(member(request, "decoded", dict, {}))}
        except Refused as e:
            raise as_usage(e)

    def op_derive(self, request: dict) -> dict:
        label, inkey = member(request, "label", str), octets(request, "inkey")
        bits = number(request, "length_bits", 0, 8 * 0xFFFF)
        check(label in LABELS and inkey != b"" and bits > 0, "usage", "label, inkey or length_bits is missing or wrong")
        length = (bits + 7) // 8
        key = derive(number(request, "prf"), inkey, label, number(request, "cs_id", 255),
                     octets(request, "csb_id", bytes(4), 4, 4), octets(request, "rand", most=255), length)
        spare = 8 * length - bits
        return {"key": (int.from_bytes(key, "big") >> spare << spare).to_bytes(length, "big").hex()}

    def op_initiate(self, request: dict) -> dict:
        check(member(request, "mode", str) == "psk", "unsupported", "there is mode psk and no other")
        x, now = Exchange(request), now_of(request)
        offer, fixed = member(request, "offer", dict, {}), member(request, "fixed", dict, {})
        check(x.psk != b"" or x.transport_protected, "usage", "mode psk needs a psk")
        x.id_i, x.id_r = identity(offer, "id_i") or x.id, identity(offer, "id_r") or x.peer
        x.rand = octets(fixed, "rand", secrets.token_bytes(MIN_RAND), MIN_RAND, 255)
        ts = member(offer, "timestamp", dict, {})
        kind = number(ts, "type")
        value = octets(ts, "value", ntp_time(now)[:TS_LENGTH.get(kind, 8)])
        x.t = {"type": T, "ts_type": kind, "ts_value": value.hex()}
        policies = [{"type": SP, "policy": n, "protocol": p.get("protocol"), "params": p.get("params")}
                    if p.get("suite") is None else suite_policy(n, member(p, "suite", str))
                    for n, p in enumerate(objects(offer, "policies", OCCURS[SP]))]
        extensions = [{"type": GENEXT, "ext_type": e.get("ext_type"), "data": e.get("data")}
                      for e in objects(offer, "extensions", OCCURS[GENEXT])]
        try:
            # Built and parsed, the message is checked, and in the form that messages have.
            x.request = parse(build({
                "version": 1, "data_type": PSK_INIT, "v": offer.get("verification"), "prf": offer.get("prf"),
                "csb_id": octets(fixed, "csb_id", secrets.token_bytes(4)).hex(), "cs": offer.get("crypto_sessions"),
                "payloads": [x.t, {"type": RAND, "rand": x.rand.hex()}, *id_payloads(x.id_i, x.id_r),
                             *(policies or [suite_policy(0)]), *extensions]}), {})
            x.choose_policies()
            default = 1 if x.psk else 0
            x.protect(number(offer, "encr_alg", default), number(offer, "mac_alg", default))
            plain = build_keys(list(offered_keys(offer, fixed, x.policies)))
            x.keys = read_keys(plain)
            x.request["payloads"].append({"type": KEMAC, "encr_alg": x.encr_alg, "mac_alg": x.mac_alg,
                                          "encr_data": x.encrypt(plain).hex()})
            message = x.seal(x.request)
            keys = x.result(f"s{len(self.sessions) + 1}", x.request["cs"])  # checks them
        except Refused as e:
            raise as_usage(e)
        exchange = f"e{len(self.exchanges) + 1}"
        self.exchanges[exchange] = x
        if not x.request["v"]:
            self.sessions[exchange] = keys["session"]
        return {"exchange": exchange, "message": message, "keys": None if x.request["v"] else keys}

    def op_respond(self, request: dict) -> dict:
        x = Exchange(request)
        try:
            return self.respond(x, request, message_of(request))
        except Refused as e:
            if e.stage == "malformed" and e.code is None:
                e.code = UNSPECIFIED
            e.error_message = x.error_message(e)
            raise

    def respond(self, x: Exchange, request: dict, data: bytes) -> dict:
        """Checks a request in the order of Section 5.3, and takes it."""
        now, skew = now_of(request), request.get("max_skew_seconds")
        skew = 300 if skew is None else skew
        good = type(skew) in (int, float) and (skew >= 0 or skew == -1)
        check(good, "usage", "max_skew_seconds is not a number from 0, or -1")
        ssrcs = [octets({"ssrcs": s}, "ssrcs", bytes(4), 4, 4).hex() for s in member(request, "ssrcs", list, [])]
        m = parse(data, x.request, trailing_zero=True)
        check(m["data_type"] not in ANSWERS, "state", "the message answers nothing that was asked")
        check(m["data_type"] == PSK_INIT, "unsupported", "there is mode psk and no other", INVALID_DT)
        check(m["prf"] in PRF_HASH, "unsupported", f"PRF {m['prf']} is not known", INVALID_PRF)
        check(m["cs_id_map_type"] <= 1, "unsupported", "the CS ID map is of another type", UNSPECIFIED)
        check_payloads(m, (T, RAND, ID, SP, GENEXT), KEMAC)
        check(all_of(m, T) != [], "malformed", "the message has no timestamp")
        good = m["cs_id_map_type"] == 0 or not all_of(m, SP)  # RFC 4563, Section 5
        check(good, "malformed", "there is a policy for an empty map")
        x.t = all_of(m, T)[0]
        good = skew == -1 or x.t["ts_type"] == COUNTER or abs(now - clock_time(x.t)) <= skew * 10**9
        check(good, "stale", "the timestamp is outside the skew", INVALID_TS)
        data = data[:len(data) - len(m.get("trailing", "")) // 2]
        digest = hashlib.sha256(data).digest()
        check(digest not in self.replay, "replay", "the message was seen before")

        # Nothing but position tells IDi from IDr: a single ID that is the own one is IDr.
        x.id_i, x.id_r, ids = x.peer, x.id, ids_of(m)
        check(all(i[1] for i in ids), "malformed", "an identity has no octets", INVALID_ID)
        if ids and ids != [x.id]:
            x.id_i, x.id_r = [*ids, x.id][:2]
        good = x.peer in (None, x.id_i) and x.id in (None, x.id_r)
        check(good, "policy", "the message is from or for somebody else", AUTH_FAILURE)
        if all_of(m, RAND):
            x.rand = bytes.fromhex(all_of(m, RAND)[0]["rand"])
        else:  # not the first message of its CSB (Section 4.5), except from devices
            known = any(csb[0] == m["csb_id"] for csb in self.sessions)
            check(not known, "unsupported", "there are no updates here", UNSPECIFIED)
            check(unprotected(m), "state", "there is no CSB to update")

        kemac = m["payloads"][-1]
        x.protect(kemac["encr_alg"], kemac["mac_alg"])
        x.verify(data, kemac["mac"])
        x.authentic = True
        x.keys = x.decrypt_keys(bytes.fromhex(kemac["encr_data"]))
        x.choose_policies()
        sessions = [{**cs, "ssrc": ssrcs.pop(0)} if ssrcs and cs["ssrc"] == "00000000" else cs
                    for cs in m.get("cs", [])]
        csb = (m["csb_id"], x.id_i)
        keys, answer = x.result(self.sessions.get(csb, f"s{len(self.sessions) + 1}"), sessions), None
        if m["v"]:
            answer = x.seal({
                "version": 1, "data_type": PSK_VERIFY, "prf": m["prf"], "csb_id": m["csb_id"], "cs": sessions,
                "payloads": [x.t, *id_payloads(x.id_r), {"type": V, "auth_alg": x.mac_alg}],
            }, x.identities_and_time(x.id_r))
        self.sessions[csb] = keys["session"]
        self.replay.add(digest)
        peer = {"id": None, **(id_members(x.id_i[1]) if x.id_i else {}), "subject": None}
        return {"mode": "psk", "answer": answer, "keys": keys, "peer": peer}

    def op_complete(self, request: dict) -> dict:
        exchange = member(request, "exchange", str, "")
        x = self.exchanges.get(exchange)
        if x is None or x.done or not x.request["v"]:
            raise Refused("state", "there is no exchange of this name that awaits an answer")
        data, asked = message_of(request), x.request
        m = parse(data, {})
        if m["data_type"] == ERROR_MESSAGE:
            raise Refused("state", "the answer is an error message", ([p["error"] for p in all_of(m, ERR)] + [None])[0])
        good = (m["data_type"], m["csb_id"], m["prf"]) == (PSK_VERIFY, asked["csb_id"], asked["prf"])
        check(good, "state", "the message does not answer this exchange")
        times = [(t["ts_type"], t["ts_value"]) for t in all_of(m, T)]
        check(times != [], "malformed", "the answer has no timestamp")
        check(times[0] == (x.t["ts_type"], x.t["ts_value"]), "state", "the timestamp is not that of the request")
        check(m["cs_id_map_type"] == 0, "malformed", "the answer has another CS ID map")
        id_r = [*ids_of(m), x.id_r][0]
        check(x.id_r in (None, id_r), "policy", "the answer is from somebody else", AUTH_FAILURE)
        # The responder may fill in streams with SSRC 0, and nothing else (Section 6.1.1).
        filled = [{**a, "policy": q["policy"]} if q["ssrc"] == "00000000" else q for q, a in zip(asked["cs"], m["cs"])]
        good = filled == m["cs"] and len(m["cs"]) == len(asked["cs"])
        check(good, "malformed", "the answer changes the crypto sessions")
        check_payloads(m, (T, ID, SP, GENEXT), V)
        v = m["payloads"][-1]
        check(v["auth_alg"] == x.mac_alg, "policy", "the answer has another MAC algorithm")
        x.verify(data, v["mac"], x.identities_and_time(id_r))
        keys = x.result(f"s{len(self.sessions) + 1}", m["cs"])
        x.done, self.sessions[exchange] = True, keys["session"]
        return {"keys": keys}


def answer(peer: Peer, line: bytes) -> dict:
    """Answers one line, whatever it holds."""
    request_id = None
    try:
        request = json.loads(line.decode())
        check(type(request) is dict, "usage", "the line is not a JSON object")
        json.dumps([request.get("id")], allow_nan=False)  # fails where the reply would
        request_id = request.get("id")
        operation = getattr(peer, "op_" + member(request, "op", str, "without name"), None)
        if operation is None:
            raise Refused("unsupported" if "op" in request else "usage", "there is no such operation")
        return {"id": request_id, "ok": True, **operation(request)}
    except Refused as e:
        refused = e
    except Exception as e:  # from JSON, base64, or a length that does not fit; no line may end the program
        refused = Refused("usage", f"a value is not what it should be ({type(e).__name__})")
    error = {"stage": refused.stage, "code": refused.code, "detail": refused.detail}
    reply = {"id": request_id, "ok": False, "error": error}
    return reply if refused.error_message is None else {**reply, "error_message": refused.error_message}


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yields the lines of a stream; one that is too long comes out empty."""
    while line := stream.readline(MAX_LINE + 1):
        if len(line) <= MAX_LINE:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE)
        yield b""


def main() -> None:
    peer = Peer()
    for line in lines(sys.stdin.buffer):
        # Octets in a reply are messages.
        print(json.dumps(answer(peer, line), default=lambda data: base64.b64encode(data).decode()), flush=True)


if __name__ == "__main__":
    main()
