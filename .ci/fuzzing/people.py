"""Who and what is there before a run begins."""

import secrets
from dataclasses import dataclass


@dataclass
class Account:
    id: str
    email: str
    password: str
    token: str
    session: str


class People:
    """The first admin, two agents, somebody to practise on, and some records of each agent's."""

    def __init__(self, server):
        self.server = server
        # A seed repeats what is asked, not secrets.
        self.password = secrets.token_urlsafe(24)
        first = {"name": "Ada", "email": "admin@example.com", "password": self.password}
        first["setupToken"] = server.command("setup-token")
        server.ask("POST", "/api/auth/bootstrap", first)
        self.admin = self.sign_in("admin@example.com")
        self.agent = self.make("agent")
        self.peer = self.make("peer")
        # Whom destructive operations may meet instead of those who are needed until the end.
        self.spare = self.make("spare")
        self.records = {who: self.fill(account) for who, account in self.accounts().items()}

    def accounts(self):
        return {"admin": self.admin, "agent": self.agent, "peer": self.peer}

    def sign_in(self, email):
        answer = self.server.ask("POST", "/api/auth/login", {"email": email, "password": self.password})
        token, user = answer["accessToken"], answer["user"]
        sessions = self.server.ask("GET", "/api/auth/sessions", token=token)["items"]
        session = next(session["id"] for session in sessions if session["current"])
        return Account(user["id"], email, self.password, token, session)

    def make(self, name):
        body = {"name": name, "email": f"{name}@example.com", "password": self.password}
        self.server.ask("POST", "/api/auth/register", body, self.admin.token)
        return self.sign_in(body["email"])

    def fill(self, account):
        """A lead, a customer with a note, and a task; their ids."""

        def make(path, body):
            return self.server.ask("POST", path, body, account.token)

        lead = make("/api/leads", {"name": "Grace", "email": "grace@example.com", "tags": ["navy"]})
        customer = make("/api/customers", {"name": "Alan", "company": "Bletchley"})
        make(f"/api/customers/{customer['id']}/notes", {"text": "Called.\nCalls back."})
        about = {"relatedType": "Lead", "relatedId": lead["id"]}
        task = make("/api/tasks", {"title": "Call", "dueDate": "2030-01-31", **about})
        return {"lead": lead["id"], "customer": customer["id"], "task": task["id"]}
