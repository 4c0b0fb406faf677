"""The second factor's pages: its code, setting it up on the way in or from one's account, recovery codes."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gradepost.doors.clock import system_now
from gradepost.doors.second_factors import seal_of, tell_of_second_factor
from gradepost.doors.web import answers
from gradepost.doors.web.entering import STEP, enter, landing, person_at, too_many
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.small_forms import posted
from gradepost.doors.web.who import actor_of, held, take_back
from gradepost.model.register import Person
from gradepost.model.trouble import ConfigurationError
from gradepost.page import sign_in as shown
from gradepost.page.shell import error_title
from gradepost.people import end
from gradepost.people.credentials import good
from gradepost.people.second_factor import (
    Holder,
    app_link,
    enrol,
    is_recovery_code,
    is_reset_code,
    new_key,
    passes,
    recovers,
    spaced,
    use_reset_code,
    waits_for_reset_code,
)
from gradepost.people.throttle import code_quotas, network_of, second_factor_quota, seconds_to_wait

_SECOND, _ACCOUNT = "/sign-in/second", "/account/second-factor"
_WRONG = "This is not the code. Wait for the app to show the next one, and type that; each is taken once."
_WRONG_RECOVERY = "This is not one of your recovery codes, or it has been used."
_WRONG_GIVEN = "This is not the code that the awarding organisation gave you, or its time is over. Ring it."


@dataclass(frozen=True, slots=True)
class _Somebody:
    """Whose second factor it is about, where they stand, and where they want to go."""

    person: Person
    centre: str | None
    next_url: str
    action: str

    @property
    def holder(self) -> Holder:
        return Holder(self.centre or "", self.person.ref)


def second_page(request: Request) -> Response:
    """The question for a code; where there is no second factor yet, setting one up."""
    somebody = _on_the_way(request)
    if somebody is None:
        return RedirectResponse("/sign-in", 303)
    if gateway_of(request).state.inbox.factor(somebody.holder.centre, somebody.holder.ref) is None:
        return _enrol_page(request, somebody)
    return _second_page(request)


async def second(request: Request) -> Response:
    """Give a code, or set a second factor up."""
    return await posted(request, _second)


def account_page(request: Request) -> Response:
    """Setting a second factor up of one's own accord."""
    somebody = _signed_in(request)
    if somebody is None:
        return answers.to_sign_in(request)
    if gateway_of(request).state.inbox.factor(somebody.holder.centre, somebody.holder.ref) is not None:
        return RedirectResponse("/account", 303)
    return _enrol_page(request, somebody)


async def account(request: Request) -> Response:
    """Set a second factor up."""
    return await posted(request, _account)


def _account(request: Request, fields: Mapping[str, str]) -> Response:
    somebody = _signed_in(request)
    return _enrol(request, somebody, fields) if somebody else answers.problem(request, 401)


def _second(request: Request, fields: Mapping[str, str]) -> Response:
    somebody = _on_the_way(request)
    if somebody is None:
        return RedirectResponse("/sign-in", 303)
    if gateway_of(request).state.inbox.factor(somebody.holder.centre, somebody.holder.ref) is None:
        return _enrol(request, somebody, fields)
    return _given(request, somebody, fields.get("code", ""))


def _given(request: Request, somebody: _Somebody, code: str) -> Response:
    gateway, now, holder = gateway_of(request), system_now(), somebody.holder
    inbox, recovery = gateway.state.inbox, is_recovery_code(code)
    if wait := _seconds_to_wait(request, somebody, recovery=recovery):
        return too_many(request, wait)
    if recovery:
        right = recovers(inbox, holder, code, now)
    else:
        right = passes(inbox, holder, code, seal_of(gateway.state.folder), now)
    if not right:
        _note(gateway, "second-factor-refused", somebody)
        return _second_page(request, _WRONG_RECOVERY if recovery else _WRONG)
    if recovery:
        _note(gateway, "recovery-code-used", somebody)
    method = "email-link+recovery" if recovery else "email-link+totp"
    return _entered(request, somebody, method)


def _seconds_to_wait(request: Request, somebody: _Somebody, *, recovery: bool) -> int:
    gateway = gateway_of(request)
    limits = gateway.settings.limits
    quotas = [*code_quotas(limits, network_of(request.client.host if request.client else None))]
    if not recovery:
        quotas.append(second_factor_quota(limits, somebody.centre, somebody.person.ref))
    return seconds_to_wait(gateway.state.inbox, quotas, system_now())


def _enrol(request: Request, somebody: _Somebody, fields: Mapping[str, str]) -> Response:
    gateway, now, holder = gateway_of(request), system_now(), somebody.holder
    inbox, seal = gateway.state.inbox, seal_of(gateway.state.folder)
    key = _key_in(gateway, holder, fields.get("key", ""))
    if key is None:
        return _enrol_page(request, somebody, problem=_WRONG)
    if wait := _seconds_to_wait(request, somebody, recovery=False):
        return too_many(request, wait)
    given = fields.get("given", "")
    needs_given = waits_for_reset_code(inbox, holder)
    if needs_given and not is_reset_code(inbox, holder, given, now):
        _note(gateway, "second-factor-refused", somebody)
        return _enrol_page(request, somebody, key, problem=_WRONG_GIVEN)
    codes = enrol(inbox, holder, key, fields.get("code", ""), seal, now)
    if codes is None:
        return _enrol_page(request, somebody, key, problem=_WRONG)
    if needs_given:
        use_reset_code(inbox, holder, given, now)
    _note(gateway, "second-factor-set", somebody)
    tell_of_second_factor(gateway.state, somebody.person, somebody.centre)
    next_url = landing(somebody.next_url, somebody.centre)
    page = answers.page(request, "Recovery codes", shown.recovery_page(codes, next_url=next_url))
    return page if somebody.action == _ACCOUNT else _entered(request, somebody, "email-link+totp", page)


def _entered(request: Request, somebody: _Somebody, method: str, page: Response | None = None) -> Response:
    gateway = gateway_of(request)
    if step := held(request, STEP):
        end(gateway.state.inbox, step)
    response = enter(request, somebody.person, somebody.centre, method, somebody.next_url, page)
    take_back(response, gateway, STEP)
    return response


def _second_page(request: Request, problem: str | None = None) -> Response:
    title = "Your second factor"
    content = shown.second_page(problem=problem)
    return answers.page(request, error_title(title) if problem else title, content, 422 if problem else 200)


def _enrol_page(request: Request, somebody: _Somebody, key: str | None = None, problem: str | None = None) -> Response:
    gateway, holder = gateway_of(request), somebody.holder
    key = key or new_key()
    title = "Set up your second factor"
    content = shown.enrol_page(
        spaced(key),
        # The app shows it on a telephone that others see: a ref, and no name.
        app_link(key, somebody.person.ref, "Gradepost"),
        seal_of(gateway.state.folder).close(f"{holder.centre}:{holder.ref}:{key}"),
        action=somebody.action,
        needs_reset_code=waits_for_reset_code(gateway.state.inbox, holder),
        problem=problem,
    )
    return answers.page(request, error_title(title) if problem else title, content, 422 if problem else 200)


def _key_in(gateway: Gateway, holder: Holder, sealed: str) -> str | None:
    """The key that our own page gave out to this person; None for anything else."""
    try:
        owner, _, key = seal_of(gateway.state.folder).open(sealed).rpartition(":")
    except (ConfigurationError, ValueError):
        return None
    return key if owner == f"{holder.centre}:{holder.ref}" else None


def _on_the_way(request: Request) -> _Somebody | None:
    gateway, secret = gateway_of(request), held(request, STEP)
    step = good(gateway.state.inbox, secret, "step", system_now()) if secret else None
    person = person_at(gateway, step.centre or "", step.ref) if step else None
    return _Somebody(person, step.centre, step.facts["next"], _SECOND) if step and person else None


def _signed_in(request: Request) -> _Somebody | None:
    gateway, actor = gateway_of(request), actor_of(request)
    if actor is None or actor.kind != "session":
        return None
    person = person_at(gateway, actor.centre or "", actor.ref)
    return _Somebody(person, actor.centre, "/account", _ACCOUNT) if person else None


def _note(gateway: Gateway, what: str, somebody: _Somebody) -> None:
    gateway.state.inbox.audit(system_now(), what, somebody.person.ref, somebody.person.role, somebody.centre)
