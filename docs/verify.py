#!/usr/bin/env python3
"""Checks evidence of Serviceplan with nothing but Python's standard library (3.9 or later).

    python3 verify.py FILE [--checkpoint NOTE]... [--key KEY]

FILE is an export (`serviceplan checkpoints export`), a PDF of a sheet, or its proof.json with the
files beside it. NOTE is a checkpoint that was published, mailed or printed, KEY a verifier key
(name+id+base64) that you were told in another way. docs/evidence.md has the formats.

Exit status: 0 everything holds; 1 something was changed, removed, added or moved; 2 the file is
truncated, foreign or empty, or cannot be read.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
import zlib
from pathlib import Path
class Unreadable(Exception):
    """The file is not what it should be: truncated, foreign or empty."""
def sha256(data):
    return hashlib.sha256(data).digest()

# ------------------------------------------------------------------ Ed25519 (RFC 8032, section 5.1)
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
def _add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P
def _times(number, point, add, result):
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result
def _point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P
BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
def ed25519(key, message, signature):
    """Whether the 64 bytes are a signature of the message by the key of 32 bytes."""
    if len(key) != 32 or len(signature) != 64:
        return False
    point, s = _point(key), int.from_bytes(signature[32:], "little")
    if point is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    minus = (P - point[0], point[1], 1, P - point[3])
    x, y, z, _ = _add(*(_times(n, p, _add, (0, 1, 1, 0)) for n, p in ((s, BASE), (k, minus))))
    x, y = x * pow(z, P - 2, P) % P, y * pow(z, P - 2, P) % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]

# ------------------------------------------------------------------ ECDSA with P-256 (FIPS 186-5)
Q = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
def _sum(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % Q == 0:
            return None
        slope = (3 * p[0] * p[0] - 3) * pow(2 * p[1], Q - 2, Q) % Q
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], Q - 2, Q) % Q
    x = (slope * slope - p[0] - q[0]) % Q
    return x, (slope * (p[0] - x) - p[1]) % Q
def p256(x, y, message, signature):
    """Whether the DER signature (ES256) of the message is by the key with these coordinates."""
    try:
        r, s = (int.from_bytes(part, "big") for _, part in der(der(signature)[0][1]))
    except (ValueError, IndexError):
        return False
    on_curve = x < Q and y < Q and (y * y - x * x * x + 3 * x - B) % Q == 0
    if not (on_curve and 0 < r < N and 0 < s < N):
        return False
    w = pow(s, N - 2, N)
    e = int.from_bytes(sha256(message), "big")
    found = _sum(_times(e * w % N, G, _sum, None), _times(r * w % N, (x, y), _sum, None))
    return found is not None and found[0] % N == r
def der(data):
    """The elements of DER as (tag, content); ValueError or IndexError for anything else."""
    found, at = [], 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size & 128:
            count = size & 127
            size, at = int.from_bytes(data[at : at + count], "big"), at + count
        found.append((tag, data[at : at + size]))
        at += size
    if at != len(data):
        raise ValueError("this is no DER")
    return found

# ------------------------------------------------------------------ the tree (RFC 6962, section 2.1)
def grow(edge, data):
    """Add a leaf to the right edge of a tree: its complete subtrees as (size, hash), from the left."""
    size, digest = 1, sha256(b"\0" + data)
    while edge and edge[-1][0] == size:
        size, digest = size * 2, sha256(b"\1" + edge.pop()[1] + digest)
    edge.append((size, digest))
def root_of_edge(edge):
    digest = edge[-1][1] if edge else sha256(b"")
    for _, left in edge[-2::-1]:
        digest = sha256(b"\1" + left + digest)
    return digest
def root_of(digest, number, size, path):
    """The root that an inclusion proof leads to; None for a path of another length."""
    if size == 1 or not path:
        return digest if (size, number) == (1, 0) and not path else None
    half, rest, last = 1 << ((size - 1).bit_length() - 1), path[:-1], path[-1]
    if number < half:
        found = root_of(digest, number, half, rest)
        return found and sha256(b"\1" + found + last)
    found = root_of(digest, number - half, size - half, rest)
    return found and sha256(b"\1" + last + found)

# ------------------------------------------------------------------ notes (c2sp.org/signed-note)
def unbase64(text, what):
    """The bytes of base64 as it is written, and no other way to write them."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError(f"{what} is no base64: it was changed")
    return data
def read_key(text):
    """A verifier key as (name, id, kind, 32 bytes)."""
    name, _, rest = text.partition("+")
    number, _, data = rest.partition("+")
    key = unbase64(data, "a key")
    known = sha256(name.encode() + b"\n" + key)[:4]
    if len(key) != 33 or key[0] not in (1, 4) or number != known.hex() or not name:
        raise ValueError(f"{text!r} is no verifier key")
    return name, known, key[0], key[1:]
class Note:
    """A checkpoint: its text, origin, size and root, and its signatures (name, id, bytes)."""
    def __init__(self, content):
        text, gap, lines = content.rpartition("\n\n")
        parts = text.split("\n")
        shaped = gap and lines.endswith("\n") and len(parts) > 2 and parts[0]
        if not shaped or not re.fullmatch("0|[1-9][0-9]{0,15}", parts[1]):
            raise ValueError("this is no checkpoint")
        self.text, self.origin, self.size = text + "\n", parts[0], int(parts[1])
        self.root = unbase64(parts[2], "the checkpoint's root")
        self.signatures = []
        for line in lines[:-1].split("\n"):
            dash, name, data = (line.split(" ") + ["", ""])[:3]
            raw = unbase64(data, "the checkpoint's signature")
            if line != f"{dash} {name} {data}" or dash != "\u2014" or len(raw) < 68:
                raise ValueError("a line of the checkpoint is no signature")
            self.signatures.append((name, raw[:4], raw[4:]))
    def by(self, key):
        """True or False for a signature of the key; None when it has none of it."""
        name, number, kind, public = key
        for who, given, data in self.signatures:
            if (who, given) == (name, number):
                if kind == 4:
                    seconds = int.from_bytes(data[:8], "big")
                    said = f"cosignature/v1\ntime {seconds}\n{self.text}".encode()
                    return ed25519(public, said, data[8:])
                return ed25519(public, self.text.encode(), data)
        return None

# ------------------------------------------------------------------ reading files
def canonical(text, what):
    """The object of a line, when the line is written as it must be."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable(f"{what} is no JSON: the file was changed or is truncated") from None
    again = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if not isinstance(value, dict) or again != text:
        raise Unreadable(f"{what} is not written as it must be: it was changed")
    return value
def of_lines(data):
    """The head and the records of an export."""
    if not data.endswith(b"\n"):
        raise Unreadable("the last line is incomplete: the file is truncated")
    lines = data.decode("utf-8", "surrogateescape")[:-1].split("\n")
    head, *records = [canonical(line, f"line {number}") for number, line in enumerate(lines, 1)]
    if not records or set(records[-1]) != {"end"}:
        raise Unreadable("the last line says no end: the file is truncated")
    end, found = records.pop()["end"], [next(iter(record.items()), ("", None)) for record in records]
    kinds = {"entry": "entries", "signature": "signatures", "checkpoint": "checkpoints"}
    counts = {name: sum(each == kind for each, _ in found) for kind, name in kinds.items()}
    if end != counts or sum(counts.values()) != sum(map(len, records)):
        raise Unreadable(f"the end says {end}, the file has {counts}: lines are missing or added")
    return head, found
def of_proof(data, attached):
    """The head and the records of a proof; ``attached`` gives the bytes of a file by its name."""
    proof = canonical(data.decode("utf-8", "surrogateescape"), "proof.json")
    records = [("entry", entry) for entry in proof["entries"]]
    records += [("checkpoint", proof["checkpoint"])] if proof["checkpoint"] else []
    for said in proof["signatures"]:
        content = attached(said["file"])
        if sha256(content).hex() != said["sha256"]:
            raise Unreadable(f"{said['file']} is not the file that the proof is about: changed")
        text = content.decode("utf-8", "surrogateescape")
        records.append(("signature", {"id": said["id"], "content": text, "proof": said["proof"]}))
    return proof, records

# ------------------------------------------------------------------ PDF
def pdf_objects(data):
    """The objects of a PDF by number: (dictionary as bytes, stream as bytes or None)."""
    found = {}
    for match in re.finditer(rb"(\d+)\s+\d+\s+obj\b", data):
        end = data.find(b"endobj", match.end())
        whole = data[match.end() : end if end >= 0 else len(data)]
        at = whole.find(b"stream")
        head, stream = whole, None
        if at >= 0 and whole[:at].rstrip().endswith(b">>"):
            begin = match.end() + at + (8 if whole[at + 6 : at + 8] == b"\r\n" else 7)
            head, size = whole[:at], re.search(rb"/Length\s+(\d+)(?!\s+\d+\s+R)", whole[:at])
            stop = begin + int(size[1]) if size else data.find(b"endstream", begin)
            stream = data[begin:stop] if size else data[begin:stop].rstrip(b"\r\n")
            if b"FlateDecode" in head:
                stream = zlib.decompress(stream)
        found[int(match[1])] = (head, stream)
    for head, stream in list(found.values()):
        if stream is not None and re.search(rb"/Type\s*/ObjStm", head):
            first, count = (int(re.search(rb"/%s\s+(\d+)" % key, head)[1]) for key in (b"First", b"N"))
            numbers = [int(part) for part in stream[:first].split()[: 2 * count]]
            starts = [*numbers[1::2], len(stream) - first]
            for place, number in enumerate(numbers[::2]):
                body = stream[first + starts[place] : first + starts[place + 1]]
                found.setdefault(number, (body, None))
    return found
def pdf_files(data):
    """The embedded files of a PDF by name."""
    objects, files = pdf_objects(data), {}
    for head, _ in objects.values():
        target = re.search(rb"/EF\s*<<[^>]*?/(?:UF|F)\s+(\d+)\s+\d+\s+R", head)
        named = re.search(rb"/UF?\s*(\(((?:[^()\\]|\\.)*)\)|<([0-9A-Fa-f\s]*)>)", head) or re.search(
            rb"/F\s*(\(((?:[^()\\]|\\.)*)\)|<([0-9A-Fa-f\s]*)>)", head)
        if target and named:
            raw = re.sub(rb"\\(.)", rb"\1", named[2]) if named[3] is None else bytes.fromhex(named[3].decode())
            name = raw[2:].decode("utf-16-be") if raw[:2] == b"\xfe\xff" else raw.decode("utf-8", "replace")
            files[name] = (objects.get(int(target[1])) or (b"", None))[1]
    return files
def seal_problem(data):
    """What is wrong with the seal of a PDF; empty for nothing, None when there is none."""
    ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data)
    if not ranges:
        return None
    a, b, c, d = (int(each) for each in ranges[-1])
    if a or c + d != len(data) or not b <= c:
        return "the seal does not cover the whole file: something was added after it"
    try:
        cms = bytes.fromhex(data[b + 1 : c - 1].decode())
        size = cms[1] & 127 if cms[1] & 128 else 0
        whole = 2 + size + (int.from_bytes(cms[2 : 2 + size], "big") if size else cms[1])
        signed = der(der(der(der(cms[:whole])[0][1])[1][1])[0][1])
        info = der(der(signed[-1][1])[0][1])
        attributes, signature = (next(v for t, v in info if t == tag) for tag in (0xA0, 4))
        said = next(v for t, v in der(attributes) if v[:11] == bytes.fromhex("06092a864886f70d010904"))
        certs = next(v for t, v in signed if t == 0xA0)  # A certificate's header has four bytes.
        whose = [certs[certs.find(v) - 4 : certs.find(v) + len(v)] for _, v in der(certs)]
        if any(cms[whole:]) or not any(sha256(each) in attributes for each in whose):
            raise ValueError
    except (ValueError, IndexError, StopIteration):
        return "the seal cannot be read, or its certificate is another one: it was changed"
    if said[-32:] != sha256(data[:b] + data[c:]):
        return "the file is not the one that was sealed: a byte was changed"
    at = cms.find(attributes)  # What is signed has the tag of a set instead of its own one.
    again = b"\x31" + cms[cms.rfind(b"\xa0", 0, at) + 1 : at] + attributes
    mark = bytes.fromhex("06082a8648ce3d03010703420004")  # P-256, an uncompressed point
    keys = [cms[m.end() : m.end() + 64] for m in re.finditer(re.escape(mark), cms)]
    xy = [(int.from_bytes(k[:32], "big"), int.from_bytes(k[32:], "big")) for k in keys]
    if not any(p256(x, y, again, signature) for x, y in xy):
        return "the seal's signature does not hold (or is of another kind than P-256)"
    return ""

# ------------------------------------------------------------------ the check
class Check:
    """Goes through the records; ``faults`` is what does not hold, ``remarks`` what one should know."""
    def __init__(self, head, records):
        self.faults, self.remarks, self.head, self.records = [], [], head, records
        self.case, self.proof = head.get("case"), head.get("format") == "serviceplan-proof"
        self.partial = self.case is not None or self.proof
        self.tree, self.roots, self.keys, self.chains = [], {}, [], {}
        self.signed, self.newest, self.entries, self.seen, self.next, self.size = {}, "", 0, [], 0, 0
        names = {"case", "format", "version", "witnesses"}
        names |= {"checkpoint", "entries", "signatures", "task"} if self.proof else set()
        if head.get("format") not in ("serviceplan-evidence", "serviceplan-proof") or set(head) != names:
            raise Unreadable("this is no evidence of Serviceplan, or its first line was changed")
        if head.get("version") != 1:
            raise Unreadable(f"this file is of version {head.get('version')}, this verifier knows 1")
    def fault(self, where, problem):
        self.faults.append(f"{where}: {problem}")
    def run(self, published, told):
        notes = [(record, Note(record["note"])) for kind, record in self.records if kind == "checkpoint"]
        self.own = {note.size: note.root for _, note in notes}
        self.sizes = {note.size for _, note in notes} | {note.size for note in published}
        for wanted, look in (("entry", self.entry), ("signature", self.signature)):
            for record in (record for kind, record in self.records if kind == wanted):
                look(**record)
        self.faults += [f"{where}: its signature is missing" for where in self.signed.values()]
        witnesses = [read_key(text) for text in self.head.get("witnesses", ())]
        for record, note in notes:
            self.checkpoint(note, record["stamps"], witnesses)
        if not notes:
            self.remarks.append("there is no checkpoint: nothing says that this is the history")
        for note in published:
            self.published(note)
        if told and told not in self.keys:
            self.faults.append("the key that you were told is none of the history's keys")
    def entry(self, body, leaf, salt, actor_name, detail, path=None):
        data = body.encode("utf-8", "surrogateescape")
        try:
            said = canonical(body, "the body")
            chain, seq = said["chain"], said["seq"]
        except (Unreadable, KeyError):
            said, chain, seq = {}, "?", 0
        where = f"entry {'without a number' if leaf is None else leaf} (chain {chain}, number {seq})"
        self.entries += 1
        if not said:
            self.fault(where, "its body cannot be read: it was changed")
        name, more = (each.encode("utf-8", "surrogateescape") for each in (actor_name, detail))
        known = re.fullmatch("[0-9a-f]{32}", salt) and sha256(bytes.fromhex(salt) + sha256(name) + more)
        if salt == detail == "":
            self.remarks.append(f"{where}: name and detail were erased")
        elif not known or said.get("commitment") != known.hex():
            self.fault(where, "name, detail or salt is not what was committed to: changed")
        number, prev = self.chains.get(chain, (0, "0" * 64))
        whole = not (self.proof and self.head.get("task"))
        if whole and seq != number + 1:
            self.fault(where, f"follows number {number}: one was removed, added or moved")
        elif (whole or seq == number + 1) and said.get("prev") != prev and said:
            self.fault(where, "does not follow from the one before: one of them was changed")
        self.chains[chain] = (seq, sha256(data).hex())
        if self.case and chain != "checkpoints" and said.get("case") != self.case:
            self.fault(where, f"is not of the case {self.case}")
        if said.get("evidence") and str(said.get("type")).endswith("signed"):
            if said["evidence"] in self.signed:
                self.fault(where, "records a signature that is recorded already: added")
            self.signed[said["evidence"]] = where
        if chain == "checkpoints":
            self.key(where, said, detail)
        self.newest = max(self.newest, str(said.get("at", "")))
        if self.partial:
            self.seen.append((where, data, leaf, path))
        elif leaf is None:
            self.remarks.append(f"{where}: is in no checkpoint yet")
        else:
            if leaf != self.next:
                self.fault(where, f"comes where {self.next} should: one was removed, added or moved")
            self.next = leaf + 1
            grow(self.tree, data)
            self.size += 1
            if self.size in self.sizes:
                self.roots[self.size] = root_of_edge(self.tree)
    def key(self, where, said, detail):
        try:
            told = json.loads(detail)
            key = read_key(told["key"])
            if said.get("type") == "checkpoints.key_rotated":
                note, _, lines = told["note"].rpartition("\n\n")
                raw = unbase64(lines.rstrip("\n").split(" ")[-1], "the rotation's signature")
                text = f"{self.keys[-1][0]}\nkey rotation\n{told['before']}\n{told['key']}\n"
                old = read_key(told["before"])
                if old != self.keys[-1] or note + "\n" != text or not ed25519(old[3], text.encode(), raw[4:]):
                    self.fault(where, "the old key has not signed the new one")
            elif self.keys and key not in self.keys:
                self.remarks.append(f"{where}: a new key without the old one's signature: ask why")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            self.fault(where, "its key cannot be read")
        else:
            self.keys.append(key)
    def signature(self, content, id, proof=None):
        digest = sha256(content.encode("utf-8", "surrogateescape")).hex()
        where = f"signature {id}"
        if self.signed.pop(digest, None) is None:
            self.fault(where, "the history does not know its content: changed or added")
        try:
            said = json.loads(content)
            if said.get("signature") != id:
                self.fault(where, "its content is of another signature")
            evidence = proof or said.get("evidence") or {}
            if isinstance(evidence, dict) and "authenticatorData" in evidence:
                self.passkey(where, evidence)
        except (ValueError, AttributeError):
            self.fault(where, "its content cannot be read")
    def passkey(self, where, evidence):
        parts = ("authenticatorData", "clientDataJSON", "signature", "publicKey")
        data, client, signature, key = (base64.urlsafe_b64decode(evidence[part] + "==") for part in parts)
        x, y = (key.find(mark) for mark in (b"\x21\x58\x20", b"\x22\x58\x20"))
        if x < 0 or y < 0:
            self.remarks.append(f"{where}: its passkey is of another kind than ES256: not checked")
            return
        point = [int.from_bytes(key[at + 3 : at + 35], "big") for at in (x, y)]
        if not p256(*point, data + sha256(client), signature):
            self.fault(where, "the passkey's assertion does not hold")
    def checkpoint(self, note, stamps, witnesses):
        where = f"checkpoint {note.size}"
        mine = [note.by(key) for key in self.keys if key[0] == note.origin]
        if not any(mine) or False in mine:
            self.fault(where, "no key of the history has signed it: it was changed")
        known = {(key[0], key[1]): key for key in (*self.keys, *witnesses)}
        for name, number, _ in note.signatures:
            key = known.get((name, number))
            if key is None:
                self.fault(where, f"a signature of a key that nothing names ({name})")
            elif key[2] == 4 and not note.by(key):
                self.fault(where, f"the cosignature of {name} does not hold")
        name, number, raw = note.signatures[0]
        line = f"\u2014 {name} {base64.b64encode(number + raw).decode()}\n"
        stamped = sha256(f"{note.text}\n{line}".encode())
        for stamp in stamps:
            token = unbase64(stamp["token"], "a time stamp")
            if sha256(token).hex() != stamp["sha256"] or stamped not in token:
                self.fault(where, "its time stamp is damaged or of another checkpoint")
        if not self.partial:
            self.compare(where, note)
        else:
            for what, data, leaf, path in self.seen:
                if leaf is None:
                    self.remarks.append(f"{what}: is in no checkpoint yet")
                elif root_of(sha256(b"\0" + data), leaf, note.size, [unbase64(h, "a path") for h in path]) != note.root:
                    self.faults.append(f"{what}: is not in {where}: it was changed, added or moved")
    def compare(self, where, note):
        if note.size > self.size:
            last = f"entries {self.size} to {note.size - 1} are missing"
            self.fault(where, f"has {note.size} entries, this file not: its end was cut off, {last}")
        elif self.roots.get(note.size, sha256(b"")) != note.root:
            before = max((s for s, r in self.roots.items() if s < note.size), default=0)
            self.fault(where, f"of the entries {before} to {note.size - 1} one was changed, removed, "
                       "added or moved")
    def published(self, note):
        where = f"published checkpoint {note.size}"
        if not any(note.by(key) for key in self.keys if key[0] == note.origin):
            self.fault(where, "no key of this history has signed it: another log, or changed")
        elif not self.partial:
            self.compare(where, note)
        elif self.own.get(note.size, note.root) != note.root:
            self.fault(where, "has another root: there are two histories")
        elif note.size not in self.own:
            self.remarks.append(f"{where}: only a whole export can be compared with it")
def read(path):
    """The head and the records of a file, and what is wrong with its seal (None: there is none)."""
    data = path.read_bytes()
    if not data:
        raise Unreadable("the file is empty")
    if data[:5] == b"%PDF-":
        files = pdf_files(data)
        if not files.get("proof.json"):
            raise Unreadable("this PDF carries no proof.json: it is another one, or was changed")
        return (*of_proof(files["proof.json"], lambda name: files.get(name) or b""), seal_problem(data))
    if data[:1] != b"{":
        raise Unreadable("this is no evidence of Serviceplan")
    if b'"format":"serviceplan-proof"' in data and data.count(b"\n") < 2:
        return (*of_proof(data, lambda name: (path.parent / Path(name).name).read_bytes()), None)
    return (*of_lines(data), None)
def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="NOTE")
    parser.add_argument("--key", type=read_key)
    given = parser.parse_args(arguments)
    try:
        notes = [Note(Path(name).read_text("utf-8")) for name in given.checkpoint]
        head, records, seal = read(Path(given.file))
        check = Check(head, records)
        check.run(notes, given.key)
    except (Unreadable, OSError, ValueError, LookupError, TypeError, AttributeError, zlib.error) as error:
        plain = isinstance(error, (Unreadable, OSError, ValueError))
        print(f"UNREADABLE: {'' if plain else 'a record is not as the format says: '}{error}")
        return 2
    if seal:
        check.fault("the PDF", seal)
    elif seal is None and check.proof:
        check.remarks.append("without a seal only what is embedded is proven, not what the pages show")
    print(*(f"BROKEN {each}\n" for each in check.faults), *(f"note: {each}\n" for each in check.remarks), sep="", end="")
    if not check.faults:
        size = max((Note(record["note"]).size for kind, record in records if kind == "checkpoint"), default=0)
        upto = f"{'contained in' if check.partial else 'complete up to'} checkpoint {size or '(none)'}"
        print(f"OK: {check.entries} entries, {upto}, the newest entry is of {check.newest}")
    for key in check.keys[-1:]:
        print(f"key {key[0]}: fingerprint {sha256(key[3]).hex()}")
    return 1 if check.faults else 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
