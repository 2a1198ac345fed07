"""What makes a valid request one that this store can take: references to what there is, values that belong together.

The document cannot say it, since it depends on what was stored before, or on two values at once.
"""

import itertools
import os
import re
import zlib

from schemathesis.generation.meta import TestPhase

from known import COMMON_PASSWORDS, CURSORS, KNOWN, SESSIONS, TAGS, TOKENS

DEEPEST = 100_000

# Every new account has an email of its own, every key is new.
NUMBERS = itertools.count(1)

# What no answer leads to: the files of the page, and one's own sessions.
FILES = ["index.html", "swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"]
PLACES = {"getDocsFile": ("file", FILES), "endSession": ("id", SESSIONS)}


def complete(name, case):
    """Changes a valid request in its place."""
    for place in ("id", "noteId"):
        # A link may have led here from a member that is `null`: a lead without a customer.
        if case.path_parameters.get(place, "") in (None, "None", "null"):
            case.path_parameters[place] = KNOWN["nothing"]
    if isinstance(case.query, dict) and case.query:
        query(case, case.query)
    if isinstance(case.body, dict):
        body(name, case.body)
    if name in PLACES:
        place, there_are = PLACES[name]
        case.path_parameters[place] = pick(case.path_parameters, [case.path_parameters.get(place), *there_are])
    if "If-Match" in case.headers:
        # On the way from request to request what was answered once must be answered again, or schemathesis gives up.
        case.headers["If-Match"] = "*" if case.meta.phase.name == TestPhase.STATEFUL else condition(case)


def new_key(case):
    """A key of its own, if it has a proper one: under one that was used it is answered as it was then, or 422, whatever
    else it says."""
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,255}", key):
        # With the process: several go on with one store.
        case.headers["Idempotency-Key"] = f"{os.getpid()}.{next(NUMBERS)}.{key}"[: max(len(key), 30)]


def pick(value, choices):
    """One of these; the same value gets the same one."""
    return choices[zlib.crc32(repr(value).encode()) % len(choices)]


def condition(case):
    """Sometimes the version that there is, sometimes any, sometimes what was made up."""
    said = case.headers["If-Match"]
    there_is = TAGS.get(case.formatted_path.removesuffix("/archive").removesuffix("/unarchive"), "*")
    return pick(said, ["*", there_is, said])


def query(case, said):
    """Parameters that belong together, and those that only earlier answers can tell."""
    if "cursor" in said:
        cursor = CURSORS.get((case.formatted_path, str(said.get("sort", ""))))
        if cursor is None:
            del said["cursor"]
        else:
            said["cursor"] = cursor
            said.pop("page", None)
    if isinstance(page := said.get("page"), int):
        limit = said.get("limit", 10)
        said["page"] = min(page, DEEPEST // (limit if isinstance(limit, int) else 10) + 1)
    if said.get("archived") and said.get("showArchived"):
        del said["showArchived"]
    if said.get("createdFrom", "") > said.get("createdTo", "9999"):
        said["createdFrom"], said["createdTo"] = said["createdTo"], said["createdFrom"]
    if found := re.fullmatch(r"(before|after):(\d{4})-(\d\d)-(\d\d)", str(said.get("due", ""))):
        # A day that there is.
        word, year, month, day = found[1], *map(int, found.groups()[1:])
        said["due"] = f"{word}:{max(year, 1900)}-{month % 12 + 1:02}-{day % 28 + 1:02}"
    if "transferTo" in said:
        said["transferTo"] = pick(said["transferTo"], KNOWN["users"])


def body(name, said):
    """Members that refer to somebody or something, and secrets."""
    if isinstance(tags := said.get("tags"), list) and len(tags) > 20:
        # A 21st label only beside this one.
        tags[20] = "converted"
    for member in ("owner", "assignedAgent"):
        person = said.get(member)
        if isinstance(person, dict):
            said[member] = {"id": pick(person, KNOWN["users"])}
        elif person:
            said[member] = pick(person, KNOWN["users"])
    if name in ("createUser", "changeUser") and "email" in said:
        said["email"] = f"{os.getpid()}.{next(NUMBERS)}.{said['email']}" if len(said["email"]) < 45 else said["email"]
    if "relatedType" in said or "relatedId" in said:
        about(said)
    for member in ("password", "newPassword"):
        if isinstance(password := said.get(member), str) and name != "login":
            said[member] = uncommon(password, said)
    if name == "changePassword" and KNOWN["own"]:
        said["currentPassword"] = KNOWN["own"]["password"]
    if name == "login" and (account := pick(said, [None, KNOWN["spare"], KNOWN["own"]])):
        said["email"], said["password"] = account["email"], account["password"]
    if name in ("refresh", "logout"):
        said["refreshToken"] = pick(said, [said["refreshToken"], *TOKENS[-3:]])


def about(said):
    """Both or neither, and a record that is there."""
    kind = said.get("relatedType")
    if kind or said.get("relatedId"):
        kind = kind or "Lead"
        said["relatedType"], said["relatedId"] = kind, KNOWN["records"][kind.lower()]
    else:
        said["relatedType"] = said["relatedId"] = None


def uncommon(password, said):
    """The password, or one like it that is neither common nor the account's own name or email."""
    own = [str(said.get(member, "")).lower() for member in ("name", "email")]
    own += [email.split("@")[0] for email in own]
    if password.lower() in COMMON_PASSWORDS or password.strip().lower() in own:
        return f"{password[:100]} of mine"
    return password
