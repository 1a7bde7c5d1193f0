"""The web application: pages for staff, process owners and managers, and the REST API beside them.

It uses the engine's public names only. Every page works without JavaScript.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from engine import Config, Engine
from web import (
    accounts,
    api,
    back,
    batch,
    cases,
    checkpoints,
    compression,
    conflicts,
    context,
    decisions,
    definitions,
    errors,
    field_parts,
    formats,
    forms,
    history,
    home,
    hosts,
    hyphenation,
    i18n,
    identity,
    incidents,
    markup,
    migration,
    monitoring,
    overview,
    pending_forms,
    people,
    previews,
    security,
    sessions,
    static_files,
    task_signing,
    tasks,
    tokens,
    understood,
)
from web.context import person
from web.i18n import gettext as _
from web.printed import pages as printed
from web.texts import wording

BLUEPRINTS = (
    accounts, identity, pending_forms, home, batch, tasks, overview, cases, incidents, decisions,
    definitions, migration, previews, history, checkpoints, people, tokens, understood, api,
    monitoring, printed, task_signing,
)  # fmt: skip
"""The modules with pages: each has a ``blueprint``."""


def create_app(
    config: Config, engine: Engine, *, secret: bytes | None = None, first_step: str = ""
) -> Flask:
    """The WSGI application on an open engine.

    ``secret`` signs what a browser carries before login; without one it is made anew at each
    start, so several processes must share one application (gunicorn's ``preload_app``) or be
    given the same secret. ``first_step`` is the shell's line that adds the first person; the login
    page says it as long as there is nobody.
    """
    app = Flask(__name__)
    app.jinja_environment = i18n.Templates
    app.secret_key = secret or secrets.token_bytes(32)
    app.extensions.update(engine=engine, config=config, first_step=first_step)
    app.config["MAX_CONTENT_LENGTH"] = longest_body(config)
    app.config["MAX_FORM_MEMORY_SIZE"] = 2_000_000
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.wsgi_app = api.mount(  # type: ignore[assignment,method-assign]
        app.wsgi_app, config, engine, monitoring.observe
    )
    app.wsgi_app = hosts.without_nul(app.wsgi_app)  # type: ignore[method-assign]
    if hops := config.web.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_port=hops
        )
    monitoring.init(app, engine)
    hosts.init(app, config)
    i18n.init(app)
    context.init(app)
    sessions.init(app, accounts.ask_login)
    security.init(app)
    static_files.init(app)
    compression.init(app)
    errors.init(app)
    formats.init(app)
    hyphenation.init(app)
    markup.init(app)
    wording.init(app)
    forms.init(app)
    conflicts.init(app)
    pending_forms.init(app)
    field_parts.init(app)
    back.init(app)
    for module in BLUEPRINTS:
        app.register_blueprint(module.blueprint)
    _give_templates(app)
    return app


def longest_body(config: Config) -> int:
    """Bytes of the longest request that is read: two attachments and what is typed beside them."""
    return 2 * config.limits.attachment_bytes + 1_000_000


def navigation() -> list[tuple[str, str, str, str]]:
    """The items of the main menu that the reader may open: section, endpoint, icon, text."""
    reader = person()
    overview = ("overview", "overview.index", "overview", _("Översikt"))
    stopped = ("incidents", "incidents.index", "stop", _("Stopp"))
    return [
        ("tasks", "tasks.inbox", "tasks", _("Mina uppgifter")),
        *([overview] if reader is not None and "manager" in reader.rights else ()),
        ("cases", "cases.index", "cases", _("Ärenden")),
        *([stopped] if incidents.may_see() else ()),
        ("definitions", "definitions.index", "definitions", _("Diagram")),
        ("history", "history.index", "history", _("Historik")),
    ]


def _give_templates(app: Flask) -> None:
    shared: dict[str, Any] = {
        "navigation": navigation,
        "language": i18n.language,
        "company": lambda: context.config().company.name,
    }
    for function in (
        context.person,
        context.today,
        context.here,
        context.role_title,
        context.role_titles,
    ):
        shared[function.__name__] = function
    app.jinja_env.globals.update(shared)
