"""The gateway as a list of routes, one table from exception to answer, and headers on everything."""

import secrets

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gradepost.doors.logs import log_of, trace_of
from gradepost.doors.web import (
    answers,
    asking,
    bench,
    centre_area,
    certificates,
    declaring,
    drafts,
    extensions,
    hooks,
    objecting,
    pages,
    problems,
    questions,
    receipts,
    requesting,
    results,
    reviews,
    second_factor,
    sending,
    sessions,
    sign_in,
    signatures,
    submissions,
    uploads,
    workbooks,
)
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.headers import SecurityHeaders, security_headers
from gradepost.doors.web.request_log import RequestLog
from gradepost.intake import RuleCrashed
from gradepost.model.trouble import ConfigurationError, WorldError

_log = log_of("gateway")

# Addresses that are only ever sent to. Looked at, they would else fall to the site's route and not be found.
POSTED = (
    "/check/{form}",
    "/submit/{form}",
    "/upload/{form}",
    "/draft/{form}",
    "/signatures",
    "/session/stay",
    "/sign-out",
    "/sign-out/everywhere",
    "/ask-declaration",
    "/reviews/{number:int}/{verdict:str}",
    "/demo/clock",
)

ROUTES = [
    Route("/check/{form}", submissions.check, methods=["POST"]),
    Route("/submit/{form}", submissions.submit, methods=["POST"]),
    Route("/upload/{form}", uploads.upload, methods=["POST"]),
    Route("/draft/{form}", drafts.save, methods=["POST"]),
    Route("/signatures", signatures.keep_signature, methods=["POST"]),
    Route("/workbook/{form}", workbooks.empty),
    Route("/workbook/{form}", workbooks.marked, methods=["POST"]),
    Route("/receipts/{id}", receipts.receipt),
    Route("/receipts/{id}/mail", receipts.mail, methods=["POST"]),
    Route("/status", submissions.status),
    Route("/sign-in", sign_in.sign_in_page),
    Route("/sign-in", sign_in.sign_in, methods=["POST"]),
    Route("/sign-in/sent", sign_in.sent_page),
    Route("/sign-in/link/{secret}", sign_in.open_link),
    Route("/sign-in/confirm", sign_in.confirm_page),
    Route("/sign-in/confirm", sign_in.confirm, methods=["POST"]),
    Route("/sign-in/second", second_factor.second_page),
    Route("/sign-in/second", second_factor.second, methods=["POST"]),
    Route("/session", sessions.session),
    Route("/session/stay", sessions.stay, methods=["POST"]),
    Route("/account", sessions.account),
    Route("/account/second-factor", second_factor.account_page),
    Route("/account/second-factor", second_factor.account, methods=["POST"]),
    Route("/sign-out", sessions.sign_out, methods=["POST"]),
    Route("/sign-out/everywhere", sessions.sign_out_everywhere, methods=["POST"]),
    Route("/ask-declaration", asking.ask, methods=["POST"]),
    Route("/declare/{secret}", declaring.declare_page),
    Route("/declare/{secret}", declaring.declare, methods=["POST"]),
    Route("/object/{secret}", objecting.objection_page),
    Route("/object/{secret}", objecting.object_to, methods=["POST"]),
    Route("/reviews", reviews.listing),
    Route("/reviews/outstanding", bench.outstanding),
    Route("/reviews/problems", problems.listing),
    Route("/reviews/problems/{number:int}", problems.dealt_with, methods=["POST"]),
    Route("/reviews/questions", questions.listing),
    Route("/reviews/questions/{centre}/{number}", questions.one),
    Route("/reviews/questions/{centre}/{number}", questions.approve, methods=["POST"]),
    Route("/reviews/requests", requesting.listing),
    Route("/reviews/extensions/{number:int}", extensions.decide, methods=["POST"]),
    Route("/reviews/files/{centre}/{reference}/{sha256}", requesting.download),
    Route("/reviews/{centre}/{qualification}/{kind}/requests", requesting.of_dossier),
    Route("/reviews/{centre}/{qualification}/{kind}/requests/{form}", requesting.form_page),
    Route("/reviews/{centre}/{qualification}/{kind}/requests/{form}", requesting.record, methods=["POST"]),
    Route("/requests/{reference}", sending.one),
    Route("/requests/{reference}", sending.send, methods=["POST"]),
    Route("/reviews/{number:int}", reviews.one),
    Route("/reviews/{centre}/{qualification}/{kind}", bench.bench),
    Route("/reviews/{number:int}/{verdict:str}", reviews.decide, methods=["POST"]),
    Route("/demo/mail", pages.mailbox),
    Route("/demo/clock", pages.move_clock, methods=["POST"]),
    Route("/report", problems.form),
    Route("/report/", problems.form),
    Route("/report", problems.report, methods=["POST"]),
    Route("/report/thanks", problems.thanks),
    Route("/receipt-key.pem", pages.public_key),
    Route("/hooks/github", hooks.github, methods=["POST"]),
    Route("/healthz", pages.healthz),
    Route("/readyz", pages.readyz),
    Route("/metrics", pages.metrics),
    *(Route(path, pages.only_posted) for path in POSTED),
    Route("/centre/results", results.results),
    Route("/centre/results.csv", results.csv),
    Route("/centre/results/slips", results.slips),
    Route("/centre/certificates", certificates.certificates),
    Route("/centre/certificates.csv", certificates.csv),
    Route("/centre", centre_area.centre),
    Route("/centre/{path:path}", centre_area.centre),
    Route("/{path:path}", pages.site),
]


def build_app(gateway: Gateway) -> Starlette:
    """The gateway, ready to serve."""
    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(RequestLog), Middleware(SecurityHeaders, gateway=gateway)],
        exception_handlers={HTTPException: _http, WorldError: _world, ConfigurationError: _world, Exception: _bug},
    )
    app.state.gateway = gateway
    return app


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    response = answers.problem(request, status if status in (404, 405) else 400)
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


def _world(request: Request, error: Exception) -> Response:
    # A mistake in the ledger counts here too: main can get one while we serve, and it is put right there.
    _log.warning("world-failed", error=type(error).__name__)
    if request.method in ("GET", "HEAD"):
        return answers.problem(request, 503, "This cannot be shown at the moment. Try again in a few minutes.")
    return answers.problem(request, 503)


def _bug(request: Request, error: Exception) -> Response:
    number = secrets.token_hex(6)
    route = getattr(request.scope.get("route"), "path", None)
    facts = {"rule": "+".join(error.rules)} if isinstance(error, RuleCrashed) else {}
    _log.error("bug", number=number, route=route, error=type(error).__name__, trace=trace_of(error), **facts)
    response = answers.problem(request, 500, f"Nothing is known to have been received. Tell us this number: {number}")
    # This answer is made outside the middleware that puts them on all others.
    response.headers.update(security_headers(gateway_of(request), request.scope))
    return response
