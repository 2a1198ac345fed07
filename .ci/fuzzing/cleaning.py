"""The request as the server reads it once it has cleaned it, held against the document."""

import json
import unicodedata
import urllib.parse

import jsonschema_rs

# What Rust's `char::is_whitespace` says, which is Unicode's White_Space; Python's own `strip` takes more.
WHITE = "\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))

# Members that a client may send back as it read them, and that change nothing.
READ_ONLY = frozenset(
    "id _id __v createdAt updatedAt version history notes notesCount deals customerId leadId relatedName overdue"
    " completedAt".split()
)

# Taken exactly as they are sent.
SECRET = frozenset(["password", "currentPassword", "newPassword", "refreshToken", "setupToken"])


class Document:
    """docs/openapi.json as validators of what was sent."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.document = json.load(file)

    def is_valid(self, schema, value):
        whole = {"allOf": [schema], "components": self.document["components"]}
        return jsonschema_rs.Draft202012Validator(whole, validate_formats=True).is_valid(value)

    def is_good_when_clean(self, operation, request):
        """Whether nothing is left to refuse in what was sent once it is cleaned."""
        described = self.document["paths"][operation.path][operation.method.lower()]
        return self.good_body(described, operation, request) and self.good_parameters(described, operation, request)

    def good_body(self, described, operation, request):
        if "requestBody" not in described:
            return True
        schema = described["requestBody"]["content"]["application/json"]["schema"]
        if not request.body:
            return not described["requestBody"].get("required", False)
        try:
            sent = json.loads(request.body)
        except ValueError:
            return False
        if not isinstance(sent, dict):
            return False
        return self.is_valid(schema, clean_body(sent, schema, self.document, operation.method.upper()))

    def good_parameters(self, described, operation, request):
        address = urllib.parse.urlsplit(request.url)
        query = urllib.parse.parse_qsl(address.query, keep_blank_values=True)
        path = dict(zip(operation.path.split("/"), address.path.split("/")))
        known = {}
        for parameter in described.get("parameters", []):
            known[(parameter["in"], parameter["name"])] = parameter
        sent = [("query", name, value) for name, value in query]
        sent += [("header", name, value) for name, value in request.headers.items()]
        sent += [("path", name.strip("{}"), urllib.parse.unquote(value)) for name, value in path.items() if "{" in name]
        names = [(place, name) for place, name, _ in sent if place == "query"]
        if len(names) != len(set(names)) or not all(name in known for name in names):
            return False
        return all(
            self.good_parameter(known[(place, name)], value) for place, name, value in sent if (place, name) in known
        )

    def good_parameter(self, parameter, text):
        if isinstance(text, bytes):
            text = text.decode("latin-1")
        text = tidy(text)
        schema = parameter["schema"]
        if parameter["in"] == "query" and not text:
            return True
        kind = schema.get("type")
        if kind == "array":
            values = [tidy(value) for value in text.split(",")]
            return self.is_valid(schema, [value for value in values if value])
        if kind == "integer":
            return text.isascii() and text.isdigit() and self.is_valid(schema, int(text))
        if kind == "boolean":
            return text in ("true", "false")
        return self.is_valid(schema, text)


def tidy(text):
    """Without white space at its ends, and composed."""
    return unicodedata.normalize("NFC", text.strip(WHITE))


def clean_body(sent, schema, document, method):
    """Without read-only members; texts tidy; what is blank as if it were absent, or `null` where that clears."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    required = schema.get("required", [])
    kept = {}
    for name, value in sent.items():
        if name in READ_ONLY and name not in schema.get("properties", {}):
            continue
        if name not in SECRET:
            value = clean_value(value)
        blank = value is None or value == ""
        if name in SECRET or not blank:
            kept[name] = value
        elif method == "PATCH" or name in required:
            kept[name] = None
    return kept


def clean_value(value):
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, list):
        return doubles_gone([clean_value(item) for item in value])
    if isinstance(value, dict) and "id" not in value and isinstance(value.get("_id"), str):
        # A person as an old client knows them.
        return {**value, "id": value["_id"]}
    return value


def doubles_gone(items):
    """A list of labels is a set of them, whatever their case."""
    kept = {}
    for item in items:
        kept.setdefault(item.casefold() if isinstance(item, str) else repr(item), item)
    return list(kept.values())
