"""Who gave an answer is a pseudonym: the same person gives the same one, and only who has the service's secret could tell whose it is."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from flask import request

from shared.http.acting import Ask
from shared.kernel.ids import random_id
from shared.process.settings import value


def pseudonym(secret: str, agency: str, *about: str) -> str:
    """40 hexadecimal digits of HMAC-SHA256 over agency, what the answer is about, and the person.

    It is keyed, not only hashed: an agency's few employee ids are tried in no time, so a plain digest (or one with a salt that lies in
    the same database) hides nobody. The secret stands in the process's settings and in no database. It differs for every period and
    every employee concerned, so the answers of one person cannot be put side by side. Who changes the secret lets people answer again.
    """
    return hmac.new(secret.encode(), "\n".join(("feedback", agency, *about)).encode(), hashlib.sha256).hexdigest()[:40]


def rater_of(ask: Ask, *about: str) -> str:
    """The caller's pseudonym for what the answer is about. From here on the request acts under it: the event names no one else, and
    bears a correlation and a trace that no log of requests knows.
    """
    rater = pseudonym(value("MERIT_SECRET", os.environ), ask.actor.agency, *about, ask.actor.id)
    ask.meta = replace(ask.meta, actor=f"rater:{rater}", correlation=str(random_id()), traceparent=None)
    return rater


def unkeyed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a route pass over Idempotency-Key: the key would be kept beside the caller's id and the answer's digest, and so tell who said
    what. Nothing is lost, since an answer that is repeated is found in its own stream.
    """

    @wraps(view)
    def without_key(*args: Any, **path: Any) -> Any:
        request.environ.pop("HTTP_IDEMPOTENCY_KEY", None)
        return view(*args, **path)

    return without_key
