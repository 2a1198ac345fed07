"""What schemathesis cannot know from the document: who and what is there, and what must stay until the end.

Nothing here leaves an operation or an answer out. Requests that are to be valid get the parts that only this store can
tell (`complete`), nobody destroys the account that asks (`spare`), and two kinds of findings are looked at twice
(`filter_failure`).
"""

import atexit
import collections
import datetime
import os

import schemathesis
from hypothesis import strategies

from cleaning import Document
from completing import complete, new_key
from known import KNOWN, learn

DOCUMENT = Document(KNOWN["document"])

# Days of the server's calendar: it begins with 1900, and 9999 ends in some zones before it does in others. The same
# days for instants, which an offset would else take out of the years there are.
DAYS = strategies.dates(min_value=datetime.date(1900, 1, 1), max_value=datetime.date(9998, 12, 31)).map(str)
CLOCK = strategies.from_regex(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?", fullmatch=True)
OFFSETS = strategies.just("Z") | strategies.from_regex(r"[+-]([01][0-9]|2[0-3]):[0-5][0-9]", fullmatch=True)
schemathesis.openapi.format("date", DAYS)
schemathesis.openapi.format("date-time", strategies.builds("{}T{}{}".format, DAYS, CLOCK, OFFSETS))


def operation_id(case):
    """The operation that a request is for; none where its method is one that the path does not have."""
    if case.method.lower() != case.operation.method.lower():
        return None
    return case.operation.definition.raw.get("operationId")


@schemathesis.hook
def before_call(context, case, kwargs):
    name = operation_id(case)
    if name is None:
        return
    spare(name, case)
    new_key(case)
    if case.meta is not None and case.meta.generation.mode.is_positive:
        complete(name, case)


def spare(name, case):
    """Whoever asks stays signed in, and whom others are referred to stays there: what would end them meets others."""
    instead = {
        # A password that is set and a deactivation end sessions.
        "changeUser": (KNOWN["users"], KNOWN["spareUser"]),
        "deactivateUser": (KNOWN["users"], KNOWN["spareUser"]),
        "revokeSessions": (KNOWN["users"], KNOWN["spareUser"]),
        "deleteCustomer": ([KNOWN["records"]["customer"]], KNOWN["nothing"]),
        "endSession": ([KNOWN["own"]["session"]] if KNOWN["own"] else [], KNOWN["nothing"]),
    }
    if name in instead:
        needed, other = instead[name]
        if str(case.path_parameters.get("id", "")).lower() in needed:
            case.path_parameters["id"] = other


@schemathesis.hook
def after_call(context, case, response):
    name = operation_id(case)
    if name is not None and 200 <= response.status_code < 300:
        learn(name, case, response)


# What was let pass, and how often.
PASSED = collections.Counter()
atexit.register(lambda: [print(f"let pass {count} x: {what}") for what, count in sorted(PASSED.items())])


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether a failure is one."""
    kind = type(failure).__name__
    is_one = True
    if kind == "UseAfterFree":
        # By the contract these two put away and keep: who reads the record sees that it is archived, or deactivated.
        is_one = failure.operation not in ("DELETE /api/leads/{id}", "DELETE /api/auth/users/{id}")
    if kind == "AcceptedNegativeData":
        # The document says what to send. What comes is cleaned first, as its description tells: only what is no good
        # after that has to be refused.
        is_one = not DOCUMENT.is_good_when_clean(case.operation, response.request)
    if not is_one:
        PASSED[f"{kind} {failure.operation}"] += 1
        if "CRM_FUZZ_SHOW" in os.environ:
            print(kind, case.operation.label, response.request.url, response.request.body, flush=True)
    return is_one
