#!/usr/bin/env python3
"""A small client of a village node's local API: Python 3 and nothing else.

    village-node --data office serve &
    export VILLAGE_NODE_TOKEN=$(village-node --data office application add contoh)
    python3 docs/example-client/client.py

It records a letter, reads it, edits it, takes a step, searches it, and follows the change feed, with a link or without.
"""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid

URL = os.environ.get("VILLAGE_NODE_URL", "http://127.0.0.1:7217")
TOKEN = os.environ.get("VILLAGE_NODE_TOKEN", "")
# Where this client is in the change feed: kept over its restarts.
PLACE = os.environ.get("VILLAGE_NODE_PLACE", "changes.cursor")


class Refused(Exception):
    """The node said no: a word for programs, and what people read."""

    def __init__(self, status, failure):
        self.status, self.code = status, failure.get("code")
        problems = [f"\n  {one['path']}: {one['text']['en']}" for one in failure.get("problems", [])]
        super().__init__(f"{status} {self.code}: {failure['text']['en']}{''.join(problems)}")


def ask(method, path, body=None, key=None, timeout=90):
    """One request; what was answered. The key makes sure that a request which is sent twice is done once."""
    request = urllib.request.Request(f"{URL}/api/v1{path}", method=method)
    request.add_header("Authorization", f"Bearer {TOKEN}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    if key is not None:
        request.add_header("Idempotency-Key", key)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise Refused(error.code, json.load(error)) from None


def change(method, path, body):
    """Changes something once, however often the answer is lost on the way."""
    key, tries = str(uuid.uuid4()), 3
    while True:
        try:
            return ask(method, path, body, key)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            tries -= 1
            if tries == 0:
                raise


def read_place():
    """Where the feed was read to; nothing on the first run."""
    try:
        with open(PLACE, encoding="ascii") as file:
            return file.read().strip()
    except FileNotFoundError:
        return ""


def keep_place(place):
    """Keeps a place in the feed: after what stands before it was dealt with, so that a crash loses nothing."""
    with open(PLACE + ".new", "w", encoding="ascii") as file:
        file.write(place)
        file.flush()
        os.fsync(file.fileno())
    os.replace(PLACE + ".new", PLACE)


def follow(deal_with, wait):
    """Deals with everything new; waits up to `wait` seconds for the first of it. Returns how much there was."""
    count = 0
    while True:
        place = urllib.parse.quote(read_place())
        page = ask("GET", f"/changes?after={place}&wait={0 if count else wait}")
        for one in page["changes"]:
            deal_with(one)
        count += len(page["changes"])
        keep_place(page["next"])
        if not page["more"]:
            return count


def main():
    letter = {
        "nik": "3510014107900001", "nama": "Siti Aminah", "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01",
        "no_kk": "3510011707150001", "jk": "P", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa",
        "rt": 1, "rw": "02", "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
    }
    made = change("POST", "/records", {"service": "G01", "fields": letter})
    path = f"/records/{made['id']}"
    print("recorded", made["id"])
    print("read", ask("GET", path)["status"])
    change("PATCH", path, {"edits": {"pekerjaan": "Guru"}})
    print("edited", ask("GET", path)["record"]["fields"]["pekerjaan"])
    print("stepped to", change("POST", f"{path}/step", {"status": "diajukan"})["status"])
    print("found", len(ask("GET", "/search?q=" + urllib.parse.quote("siti aminah"))["rows"]))
    try:
        change("POST", "/records", {"service": "G01", "fields": {}})
    except Refused as refused:
        print("refused", refused.code)
    follow(lambda one: print("feed:", one["kind"], one["id"], one["clerk"]), wait=5)


if __name__ == "__main__":
    try:
        main()
    except (Refused, urllib.error.URLError, OSError) as error:
        sys.exit(f"{error}")
