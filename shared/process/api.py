"""The API process of a service: its Flask app under gunicorn."""

from __future__ import annotations

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from shared.http.app import create_app
from shared.http.identity import Identity
from shared.http.serving import Limits
from shared.process.clock import machine_now
from shared.process.condition import Condition
from shared.process.logs import start_logging
from shared.process.memory import expect_batches
from shared.process.service import Service
from shared.process.settings import Settings
from shared.store.database import Database

GRACEFUL_SECONDS = 20
"""Requests under way at SIGTERM may take so long. The supervisor waits longer than this before it kills the process."""

HANGING_SECONDS = 60
"""A process whose main thread does not stir for so long is ended and started anew; a request ends by the time-outs of the settings."""


def app_of(service: Service, settings: Settings) -> Flask:
    """The app with everything that it needs; it connects to nothing before its first request."""
    clock = settings.clock
    ends = {"statement_seconds": settings.api_statement_seconds, "lock_seconds": settings.api_lock_seconds}
    return create_app(
        service,
        database=Database(settings.database_url, application=f"api {service.name}", **ends),
        log_database=Database(settings.log_database_url, application=f"api log {service.name}", pool_size=2, **ends),
        clock=clock,
        identity=Identity(settings.jwt_issuer, settings.jwt_audience, settings.jwt_public_key, machine_now),
        status=Condition(service, settings, clock),
        secret=settings.secret,
        limits=Limits(request_seconds=settings.api_request_seconds, file_seconds=settings.api_file_seconds),
    )


class _Gunicorn(BaseApplication):
    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.app, self.options = app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app


def serve(app: Flask, bind: str, name: str, *, workers: int, threads: int) -> None:
    """Serve an app until SIGTERM; requests under way are finished first."""
    options = {
        "bind": bind,
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        "preload_app": True,
        "graceful_timeout": GRACEFUL_SECONDS,
        "timeout": HANGING_SECONDS,
        "worker_tmp_dir": "/dev/shm",
        "control_socket_disable": True,
        "accesslog": None,
        "loglevel": "warning",
        "proc_name": name,
    }
    _Gunicorn(app, options).run()


def run(service: Service, settings: Settings) -> None:
    """Serve the service's app."""
    start_logging(f"{service.name}-api")
    app, name = app_of(service, settings), f"merit-{service.name}-api"
    expect_batches()
    serve(app, settings.api_bind, name, workers=settings.api_workers, threads=settings.api_threads)
