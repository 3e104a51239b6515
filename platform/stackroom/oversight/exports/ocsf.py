"""Entries as events of the Open Cybersecurity Schema Framework (https://schema.ocsf.io/1.5.0).

Sign-ins are Authentication (3002), changes to accounts Account Change (3001), whatever has a
record Entity Management (3004), and the rest API Activity (6003). What OCSF has no place for
stands under `unmapped`. `metadata.uid` is the entry's id, by which duplicates are told.
"""

from datetime import datetime
from typing import Any

from stackroom.audit.telling import Entry
from stackroom.core.actor import ActorType
from stackroom.oversight.exports.detail import Detail, Document
from tenants import context

VERSION = "1.5.0"
ACCOUNT_CHANGE, AUTHENTICATION, ENTITY, API = 3001, 3002, 3004, 6003
CATEGORIES = {3: "Identity & Access Management", 6: "Application Activity"}
CLASSES = {
    ACCOUNT_CHANGE: "Account Change",
    AUTHENTICATION: "Authentication",
    ENTITY: "Entity Management",
    API: "API Activity",
}
CREATE, READ, UPDATE, DELETE, OTHER = 1, 2, 3, 4, 99
SUCCESS, FAILURE = 1, 2
INFORMATIONAL = 1

SIGNING = {
    "auth.signed_in": (1, "Logon"),
    "sso.signed_in": (1, "Logon"),
    "auth.login_failed": (1, "Logon"),
    "sso.refused": (1, "Logon"),
    "sso.other_way_refused": (1, "Logon"),
    "factor.refused": (1, "Logon"),
    "api_key.refused": (1, "Logon"),
    "auth.wrong_organisation": (1, "Logon"),
    "auth.refresh_reused": (1, "Logon"),
    "auth.signed_out": (2, "Logoff"),
    "auth.session_closed": (2, "Logoff"),
    "auth.sessions_closed": (2, "Logoff"),
}
ACCOUNTS = {
    "account.created": (1, "Create"),
    "account.deleted": (6, "Delete"),
    "auth.password_changed": (3, "Password Change"),
    "auth.password_reset": (4, "Password Reset"),
    "factor.added": (10, "MFA Factor Enable"),
    "factor.removed": (11, "MFA Factor Disable"),
    "factor.taken_away": (11, "MFA Factor Disable"),
}
VERBS = {
    "created": (CREATE, "Create"),
    "updated": (UPDATE, "Update"),
    "deleted": (DELETE, "Delete"),
    "viewed": (READ, "Read"),
    "downloaded": (READ, "Read"),
}
FAILED = ("failed", "refused", "reused", "wrong_organisation")
USER_TYPES = {ActorType.PERSON: 1, ActorType.OPERATOR: 2, ActorType.SYSTEM: 3}
"""A user's `type_id`: User, Admin, System; else Other."""


def event(entry: Entry, detail: Detail) -> Document:
    shown = detail.document(entry)
    kind, activity, name = _kind(entry)
    return {
        **_head(kind, activity, name),
        "severity_id": INFORMATIONAL,
        "severity": "Informational",
        "status_id": FAILURE if entry.line.action.endswith(FAILED) else SUCCESS,
        "time": _milliseconds(entry.by.at),
        "message": f"{entry.by.who} {shown['sentence']}",
        "metadata": _metadata(shown),
        "actor": {"user": _actor(entry)},
        "src_endpoint": {"ip": shown["ip"]} if shown["ip"] else {"name": shown["channel"]},
        **_about(kind, entry, shown),
        "unmapped": _unmapped(shown),
    }


def _kind(entry: Entry) -> tuple[int, int, str]:
    """Class, activity and the activity's name."""
    action = entry.line.action
    verb = action.rpartition(".")[2]
    other = OTHER, verb.replace("_", " ").capitalize()
    if action in SIGNING:
        return AUTHENTICATION, *SIGNING[action]
    if entry.line.subject_type == "account":
        return ACCOUNT_CHANGE, *ACCOUNTS.get(action, other)
    return (ENTITY if entry.line.subject_id else API), *VERBS.get(verb, other)


def _head(kind: int, activity: int, name: str) -> Document:
    category = kind // 1000
    return {
        "category_uid": category,
        "category_name": CATEGORIES[category],
        "class_uid": kind,
        "class_name": CLASSES[kind],
        "activity_id": activity,
        "activity_name": name,
        "type_uid": kind * 100 + activity,
        "type_name": f"{CLASSES[kind]}: {name}",
    }


def _metadata(shown: Document) -> Document:
    found = {
        "version": VERSION,
        "uid": shown["id"],
        "product": {"name": "Stackroom", "vendor_name": "Stackroom"},
        "log_name": "audit",
        "event_code": shown["action"],
        "tenant_uid": str(context.current().uuid),
    }
    return found | ({"correlation_uid": shown["request_id"]} if shown["request_id"] else {})


def _actor(entry: Entry) -> Document:
    kind = entry.by.actor_type
    known = {
        "name": entry.by.actor_label,
        "type": kind,
        "type_id": USER_TYPES.get(ActorType(kind), 99),
    }
    return known | ({"uid": str(entry.by.actor_id)} if entry.by.actor_id else {})


def _about(kind: int, entry: Entry, shown: Document) -> Document:
    """What the class asks for beside the actor."""
    subject = shown["subject"]
    if kind == API:
        return {
            "api": {
                "operation": shown["action"],
                "service": {"name": "Stackroom"},
                "request": {"uid": shown["request_id"] or shown["id"]},
            }
        }
    if kind == ENTITY:
        entity: dict[str, Any] = {
            "uid": subject["id"], "name": subject["label"], "type": subject["type"],
        }  # fmt: skip
        if shown["data"]:
            entity["data"] = shown["data"]
        return {"entity": entity} | ({"comment": shown["reason"]} if shown["reason"] else {})
    user = {"uid": subject["id"], "name": subject["label"]} if subject["id"] else _actor(entry)
    return {"user": user} | ({"service": {"name": "Stackroom"}} if kind == AUTHENTICATION else {})


def _unmapped(shown: Document) -> Document:
    mapped = {"id", "at", "sentence", "ip", "request_id"}
    return {name: value for name, value in shown.items() if name not in mapped and value}


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
