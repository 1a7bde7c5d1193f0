"""Posted forms that could not be done: kept by the engine, and shown by the page they stand on.

Every post is answered by a redirect. One that was refused, failed, or came after its session had
ended leads back to its page, which shows every input as it was typed, says what is wrong, and has
the status of the error. Secrets and files are never kept.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    after_this_request,
    current_app,
    flash,
    g,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from engine import ServiceplanError
from web.context import actor, engine, new_key, person
from web.security import local_path, same_origin
from web.texts.errors import error_texts
from web.typed_form import ENDED, ID, LOOKED, Refusal, TypedForm, from_json, to_json

log = logging.getLogger(__name__)
blueprint = Blueprint("pending_forms", __name__, url_prefix="/typed")

READER: Final = "reader"
"""The name of the hidden input that says, signed, whom the page was shown to."""
UNMERGED: Final = "unmerged"
"""The code of a form that met a change of the same by somebody else (web/conflicts.py)."""
UNCLAIMED: Final = "unclaimed_form"
"""Where the cookie before the login has the id of a form that nobody is known to have written."""
SECRETS: Final = frozenset({"password", "new_password", "repeated", "otp", "credential"})
"""Inputs that are never kept."""
OURS: Final = frozenset({"csrf_token", ID, READER})
"""Inputs that nobody typed, made anew for every page."""
LENGTH_WITHOUT_SESSION: Final = 200_000
"""Characters of a form that are kept of people whom nobody knows."""
PAGES: Final[Mapping[str, str]] = {
    "cases.begin_activity": "cases.show",
    "cases.retry": "cases.show",
    "incidents.retry": "incidents.index",
    "migration.decide_step": "cases.show",
    "migration.take_back": "migration.job",
    "previews.create": "migration.preview",
    "overview.resend": "overview.index",
    "overview.retry": "overview.index",
    "tasks.see_notice": "tasks.inbox",
    "tasks.withdraw_signature": "tasks.show",
    "tokens.revoke": "tokens.index",
    "accounts.logout": "tasks.inbox",
    "identity.end_session": "identity.index",
    "identity.end_others": "identity.index",
    "identity.passkey_login": "accounts.login",
    "identity.second_step_passkey": "identity.second_step",
    "identity.second_step_challenge": "identity.second_step",
    "identity.passkey_challenge": "accounts.login",
    "identity.new_passkey_challenge": "identity.new_passkey",
    "identity.reset": "people.show",
    "signing.challenge": "signing.page",
    "pending_forms.discard": "tasks.inbox",
}
"""The pages that forms stand on, by endpoint, where the page has another address than the form."""


# ---------------------------------------------------------------- keeping


def refused(refusal: Refusal) -> ResponseReturnValue | None:
    """Keep the posted form of this request, and lead back to its page.

    None when it cannot be kept: it is too long, has no page, or the database does not answer. The
    caller then answers at once. What another site sends is not kept.
    """
    page = form_page()
    if page is None:
        return None
    g.form_was_refused = True
    if not (same_origin() or g.get("csrf_valid")):
        flash(error_texts(refusal.code, refusal.params)[0], "warning")
        return redirect(page, 303)
    owner = shown_to() or _reader_id()
    try:
        id = _keep(page, refusal, owner)
    except ServiceplanError as error:
        log.warning("a form could not be kept: %s", error)
        return None
    if id is None:
        return None
    if owner != _reader_id():  # somebody else has signed in since the page was shown
        flash(error_texts(refusal.code, refusal.params)[0], "warning")
    return redirect(with_id(page, id), 303)


def looked(status: int = 200) -> ResponseReturnValue:
    """The answer to a post that changes nothing: its page, which shows what comes of what was
    typed."""
    return refused(Refusal(status, LOOKED)) or redirect(form_page() or url_for("tasks.inbox"), 303)


def instead(form: MultiDict[str, str]) -> None:
    """Keep this form instead of the posted one, should it be kept: merged with what is stored."""
    g.form_instead = form


def add_inputs(pairs: Sequence[tuple[str, str]]) -> None:
    """Keep these inputs with the posted form, should it be kept: what its files hold."""
    g.added_inputs = [*getattr(g, "added_inputs", ()), *pairs]


def keep_for_login() -> str | None:
    """Keep the posted form of a request whose session has ended; the address that shows it after
    the login, None when it cannot be kept.

    A form whose page does not say whom it was shown to becomes theirs who sign in next with this
    browser: its id is in the cookie before the login.
    """
    page, owner = form_page(), shown_to()
    if page is None or not same_origin():
        return None
    id = _keep(page, Refusal(200, ENDED), owner)
    if id is None:
        return None
    if owner is None:
        session[UNCLAIMED] = id
    return with_id(page, id)


def _keep(page: str, refusal: Refusal, owner: str | None) -> str | None:
    if owner is None and sum(len(v) for v in request.form.values()) > LENGTH_WITHOUT_SESSION:
        return None
    form = [*without_secrets(), *getattr(g, "added_inputs", ())]
    here = getattr(g, "files_that_arrived", ())
    files = [f.filename for f in request.files.values() if f.filename and f not in here]
    secret = any(request.form.get(name) for name in SECRETS)
    content = to_json(request.path, form, files, refusal, secret=secret)
    return engine().pending_forms.keep(
        urlsplit(page).path,
        content,
        person_id=owner,
        address=request.remote_addr or "",
        replaces=request.form.get(ID) if owner == _reader_id() else None,
    )


def without_secrets() -> list[tuple[str, str]]:
    """The posted inputs, without secrets and without those that are new on every page."""
    form: Any = getattr(g, "form_instead", request.form)
    pairs = form.items(multi=True)
    return [(name, value) for name, value in pairs if name not in SECRETS | OURS]


def form_page() -> str | None:
    """The address of the page that the posted form stands on; None when there is none."""
    page = PAGES.get(request.endpoint or "")
    if page:
        rule = next(current_app.url_map.iter_rules(page))
        given = request.view_args or {}
        return url_for(page, **{name: given[name] for name in rule.arguments})
    try:
        current_app.url_map.bind("").match(request.path, method="GET")
    except HTTPException:
        return None
    return local_path(request.path, "") or None


def with_id(page: str, id: str) -> str:
    """The address of a page that shows the pending form with this id, and leads back to where the
    posted form did."""
    back = request.form.get("back")
    return f"{page}?{urlencode({ID: id, **({'back': back} if back else {})})}"


def arrived(files: Iterable[Any]) -> None:
    """Say that these posted files are stored: nobody needs to choose them again."""
    g.files_that_arrived = [*getattr(g, "files_that_arrived", ()), *files]


# ---------------------------------------------------------------- whose it is


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="reader")


def reader() -> str:
    """The signed id of the reader, for the hidden input ``READER`` of a form; "" for nobody."""
    if "signed_reader" not in g:
        id = _reader_id()
        g.signed_reader = _signer().dumps(id) if id else ""
    return str(g.signed_reader)


def shown_to() -> str | None:
    """The id of the person whom the posted form was shown to; None when the form does not say."""
    try:
        return str(_signer().loads(request.form.get(READER, ""))) or None
    except BadSignature:
        return None


def _reader_id() -> str | None:
    somebody = person()
    return somebody.id if somebody else None


# ---------------------------------------------------------------- showing


def typed(*, newest: bool = True) -> TypedForm | None:
    """The reader's pending form of this page: the one of the address, else the newest unless that
    is not wanted. The caller shows its inputs as they were typed."""
    g.inputs_are_shown = True
    return _of_this_page() if newest or ID in request.args else None


def of_another_page() -> None:
    """Say that the pending form does not belong to what this page is about."""
    g.typed = None


def _of_this_page() -> TypedForm | None:
    if "typed" not in g:
        g.typed = None
        id = request.args.get(ID)
        waits = g.get("has_pending_forms", False) or id is not None
        if waits and person() is not None and request.method in ("GET", "HEAD"):
            kept = engine().pending_forms.get(actor(), request.path, id)
            g.typed = from_json(kept.id, kept.content, kept.created_at) if kept else None
            if kept and id:
                after_this_request(_with_status)
    found: TypedForm | None = g.typed
    return found


def pending() -> TypedForm | None:
    """The pending form that this page tells of: one that its view has asked for, or that its
    address names."""
    return _of_this_page() if "typed" in g or ID in request.args else None


def notice() -> TypedForm | None:
    """The pending form that this page has a notice of: none where somebody has just looked at what
    comes of it, and none where the page itself says what was changed elsewhere."""
    found = pending()
    if found is None:
        return None
    just_looked = found.refusal.code == LOOKED and ID in request.args
    disputed = found.refusal.code == UNMERGED or found.form.get("disputed", "[]") != "[]"
    return None if just_looked or (disputed and inputs_are_shown()) else found


def inputs_are_not_shown() -> None:
    """Say that this page shows no inputs after all: it is an error page."""
    g.inputs_are_shown = False


def inputs_are_shown() -> bool:
    """Whether the page shows the pending form in its own inputs."""
    return bool(getattr(g, "inputs_are_shown", False))


def form_key() -> str:
    """The idempotency key of a form on this page: a new one, or once that of the pending form which
    may have been done although nobody could say so."""
    found = pending() if inputs_are_shown() else None
    again = found is not None and (found.refusal.status >= 500 or found.refusal.code == ENDED)
    if found is None or not again or getattr(g, "key_is_given", False):
        return new_key()
    g.key_is_given = True
    return found.form.get("key") or new_key()


# ---------------------------------------------------------------- being done with it


@blueprint.post("/<id>/discard")
def discard(id: str) -> ResponseReturnValue:
    """Throw away what was typed, and go to the page as it is without."""
    engine().pending_forms.discard(actor(), id)
    return redirect(local_path(request.form.get("back"), url_for("tasks.inbox")), 303)


def forget_when_done(response: Response) -> Response:
    """After a post from a page that showed a pending form: forget the form when it is done now."""
    id, page = request.form[ID], form_page()
    done = 300 <= response.status_code < 400 and not getattr(g, "form_was_refused", False)
    if done and page is not None and person() is not None:
        try:
            engine().pending_forms.discard(actor(), id, urlsplit(page).path)
        except ServiceplanError as error:
            log.warning("a form that is done could not be forgotten: %s", error)
    return response


def _with_status(response: Response) -> Response:
    """The page of a refused form has the status of its error."""
    if response.status_code == 200:
        response.status_code = g.typed.refusal.status
    return response


def init(app: Flask) -> None:
    """Give the templates what they need of pending forms."""
    app.jinja_env.globals.update(
        pending=pending,
        typed_notice=notice,
        inputs_are_shown=inputs_are_shown,
        reader=reader,
        form_key=form_key,
    )
