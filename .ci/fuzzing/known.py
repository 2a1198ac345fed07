"""What is known of the store: what run.py put there, and what answers have told since."""

import json
import os
import urllib.parse

with open(os.environ["CRM_FUZZ_KNOWN"], encoding="utf-8") as file:
    KNOWN = json.load(file)

# An id that nothing has.
KNOWN["nothing"] = "0195a000-0000-7000-8000-00000000dead"

with open(KNOWN["commonPasswords"], encoding="utf-8") as file:
    COMMON_PASSWORDS = frozenset(file.read().split())

# The latest tag of each record, and the cursor of the second page of each list, by its order.
TAGS = {}
CURSORS = {}

# The latest refresh tokens, and sessions of one's own that are not the one that asks.
TOKENS = []
SESSIONS = []


def learn(name, case, response):
    """Takes from a good answer what later requests can use."""
    tag = response.headers.get("etag")
    if tag:
        TAGS[case.formatted_path] = tag[0]
    if name == "changePassword" and isinstance(case.body, dict):
        KNOWN["own"]["password"] = case.body["newPassword"]
    if name in ("login", "refresh"):
        TOKENS.append(response.json()["refreshToken"])
    if name == "listSessions" and isinstance(answer := response.json(), dict):
        SESSIONS[:] = [session["id"] for session in answer["items"] if not session["current"]][:3]
    for link in response.headers.get("link", []):
        target = urllib.parse.urlsplit(link.strip("<").split(">")[0])
        query = urllib.parse.parse_qs(target.query)
        if "cursor" in query:
            CURSORS[(case.formatted_path, query.get("sort", [""])[0])] = query["cursor"][0]
