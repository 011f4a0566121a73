"""Every problem a caller can meet: one table of code, status and sentence, and the one exception that carries it (RFC 9457)."""

from typing import Any, NamedTuple


class Kind(NamedTuple):
    """A code's status, its title, and what to do about it (the page at `/problems/<code>` says it at length)."""

    status: int
    title: str
    way_out: str


KINDS: dict[str, Kind] = {
    # what was sent
    "malformed-json": Kind(400, "The body is not JSON.", "Send one JSON object, encoded as UTF-8."),
    "json-required": Kind(415, "The body must be JSON.", "Set `Content-Type: application/json`."),
    "body-too-large": Kind(413, "The body is too large.", "Send less than 64 KB."),
    "body-too-slow": Kind(408, "The body did not arrive in time.", "Send it again, within ten seconds."),
    "invalid-body": Kind(422, "The body does not have the form expected.", "`errors` names each field and what is wrong."),
    "invalid-query": Kind(422, "The query does not have the form expected.", "`errors` names each parameter."),
    "not-a-profile": Kind(
        422,
        "This is not the address of a LinkedIn profile.",
        "Send a profile's URL, its vanity name, or its member id.",
    ),
    "not-found": Kind(404, "There is nothing here.", "Compare the address with /docs."),
    "method-not-allowed": Kind(405, "This address does not take that method.", "Compare the method with /docs."),
    "person-unknown": Kind(404, "Your workspace knows no such person.", "Look the profile up first: POST /v1/lookups."),
    # who is calling
    "token-missing": Kind(401, "Sign in first.", "Send `Authorization: Bearer <access token>` from POST /v1/sessions."),
    "token-invalid": Kind(401, "This token is not valid.", "Sign in again."),
    "token-expired": Kind(401, "This token has expired.", "Ask for a new one: POST /v1/sessions/refresh."),
    "session-ended": Kind(401, "This session has ended.", "Sign in again."),
    "refresh-reused": Kind(401, "This refresh token was used before. All tokens of this sign-in have ended.", "Sign in again."),
    "credentials-wrong": Kind(401, "This email and password do not match.", "Try again, or reset the password."),
    "extension-outdated": Kind(426, "This version of the extension is too old.", "Update the extension, then try again."),
    # what is in the way
    "account-suspended": Kind(403, "This account is suspended.", "The mail that told you says why and how to put it right."),
    "account-pending": Kind(403, "This account is not validated yet.", "Enter the code from the mail, or ask for another."),
    "account-terminated": Kind(403, "This account was terminated.", "The mail that told you says why and whom to write to."),
    "terms-required": Kind(403, "The terms have not been accepted.", "Read and accept the terms, then try again."),
    "linkedin-sync-required": Kind(
        403, "Your LinkedIn account is not synchronised.", "Connect it in the extension: it takes one click."
    ),
    "extension-required": Kind(403, "The Candor extension has not been seen yet.", "Install the extension and sign in there once."),
    "plan-required": Kind(403, "Your plan does not include this.", "GET /v1/plans says which does."),
    "human-check-required": Kind(
        403, "A short question first.", "GET /v1/robots/check asks it; the extension shows it under its icon. Nothing was charged."
    ),
    "nothing-asked": Kind(404, "No question waits for an answer.", "There is nothing to do."),
    "nothing-held": Kind(409, "The unlimited credits of this account are not held.", "There is nothing to appeal against."),
    "subscription-required": Kind(403, "There is no running subscription.", "Start one in your account."),
    # the terms
    "nothing-announced": Kind(404, "No change of this document is announced.", "GET /v1/terms says what is announced."),
    "already-accepted": Kind(
        409, "This version is accepted already.", "What was accepted cannot be refused; the account can be ended."
    ),
    "notice-too-short": Kind(
        422,
        "A change is announced before it takes force.",
        "Name an instant that leaves the days of notice the plan sheet asks for.",
    ),
    "document-incomplete": Kind(422, "This version is not there in every language.", "Add its files, and start Candor again."),
    "already-published": Kind(
        409, "This version is published already.", "A published version stays; give a new text a new version."
    ),
    "update-incomplete": Kind(
        422,
        "An update's notice says three things.",
        "Say where it is to be had, how it is installed, and what happens without it: each in English and in French.",
    ),
    # accounts
    "business-email": Kind(422, "Use your business email.", "Addresses of private mail services are not accepted."),
    "email-retired": Kind(409, "This address belonged to a deleted account.", "Use another business email."),
    "phrase-wrong": Kind(422, "This is not the phrase to be typed.", "GET /v1/me/deletion names it, after the consequences."),
    "password-weak": Kind(422, "This password is too easy to guess.", "Use at least 10 characters that are not a known password."),
    "code-wrong": Kind(422, "This code is wrong, used or too old.", "Enter the newest code, or ask for another."),
    "reset-wrong": Kind(422, "This reset code is wrong, used or too old.", "Ask for another mail."),
    "consent-required": Kind(
        422, "Your consent to this version is missing.", "GET /v1/linkedin names the version and what it says."
    ),
    "linkedin-taken": Kind(
        409, "This LinkedIn member is synchronised with another account.", "One person has one account: sign in there."
    ),
    "linkedin-other": Kind(
        409, "This account is synchronised with another LinkedIn member.", "Sign in to LinkedIn as that member, then start again."
    ),
    "linkedin-failed": Kind(400, "The synchronisation did not finish.", "Start it again from the extension."),
    # workspaces
    "admin-required": Kind(403, "Only an admin of the Workspace may do this.", "Ask one of its admins."),
    "workspace-required": Kind(409, "This needs a Workspace.", "Create yours first: POST /v1/workspaces."),
    "workspace-exists": Kind(409, "You are in a Workspace already.", "Use it, or leave it first."),
    "workspace-occupied": Kind(
        409,
        "You are an admin of a Workspace with other members or a premium.",
        "Leave it to another admin, or delete it, before you join another.",
    ),
    "seats-exhausted": Kind(
        409, "Every seat of the Workspace is taken.", "Members and open invitations take one each: free one, or add seats."
    ),
    "last-admin": Kind(409, "A Workspace has at least one admin.", "Make another member an admin first, or delete the Workspace."),
    "other-admins": Kind(409, "The Workspace has other admins.", "Make them members first, or leave the Workspace to them."),
    "member-already": Kind(409, "You are a member of this Workspace already.", "There is nothing to do."),
    "invitation-unknown": Kind(404, "There is no such invitation.", "Enter the code as it stands in the mail."),
    "invitation-other": Kind(403, "This invitation is for another address.", "Sign in with the address that was invited."),
    "invitation-lapsed": Kind(410, "This invitation no longer holds.", "Ask an admin of the Workspace for another."),
    # subscriptions
    "order-unknown": Kind(422, "This is not offered.", "GET /v1/plans lists the plans and packs there are."),
    "quote-unknown": Kind(404, "There is no such quote.", "Ask for one: POST /v1/subscription/quotes."),
    "quote-expired": Kind(409, "This quote no longer holds.", "Ask for another: POST /v1/subscription/quotes."),
    "freemium-first": Kind(409, "The two steps come first.", "Synchronise LinkedIn and sign in from the extension once."),
    "freemium-suspended": Kind(403, "Your Free plan is suspended for breach.", "The mail that told you says what to put right."),
    "dpa-required": Kind(409, "The data-processing agreement has not been accepted.", "Read it, then send `accept_dpa`."),
    "premium-exists": Kind(409, "Your Workspace has a paid plan already.", "Change it: POST /v1/subscription/change."),
    "premium-suspended": Kind(403, "The paid plan is suspended for breach.", "The mail that told you says what to put right."),
    "notice-unknown": Kind(404, "There is no such formal notice.", "GET /v1/subscription/notices lists them."),
    "notice-running": Kind(409, "The days of this formal notice are not over.", "`retry_at` says when they are."),
    "notice-closed": Kind(409, "This formal notice gives no right to terminate any more.", "What it asked for was put right."),
    "premium-renewing": Kind(409, "The period is ending right now.", "Try again in a moment."),
    "seats-occupied": Kind(409, "More seats are taken than that.", "Take members or invitations out first, or keep the seats."),
    "price-changed": Kind(409, "The price is another one by now.", "`amount` says it. Look at the preview again, then agree."),
    "price-unchanged": Kind(409, "No new price waits for an answer.", "GET /v1/subscription shows what you pay."),
    "price-keep-over": Kind(
        409, "The old price cannot be kept any longer.", "Accept the new one, or end the plan: POST /v1/subscription/end."
    ),
    "payment-open": Kind(409, "A payment is under way or has failed.", "Wait until it is settled, or pay what is due."),
    "update-unknown": Kind(404, "No such update was announced.", "The message that told you of it names its version."),
    "update-not-refusable": Kind(
        409, "A plan cannot be ended for this update.", "Its effect is minor, or the version before stays allowed."
    ),
    "refusal-late": Kind(409, "The days to refuse this update are over.", "You can still end the plan: POST /v1/subscription/end."),
    "notice-too-long": Kind(422, "A switch has at most two months of notice.", "Name fewer days."),
    "payment-unknown": Kind(404, "There is no such payment.", "The order's answer names it."),
    "payment-closed": Kind(409, "This payment was given up.", "Order again."),
    "payments-closed": Kind(
        503, "Paid plans cannot be ordered here yet.", "Nothing was ordered. Write to whoever runs this Candor."
    ),
    "idempotency-key-reused": Kind(
        422, "This Idempotency-Key was used for something else.", "Use a new key for something new, the same to send it again."
    ),
    # credits
    "credits-exhausted": Kind(402, "No credits of this kind are left.", "`results` says which; new ones come each month."),
    "fair-use-exceeded": Kind(
        429,
        "The 10,000 unlimited credits of this month are used.",
        "They start anew next month; other credits still pay.",
    ),
    "robot-suspected": Kind(429, "The unlimited credits of this account are held.", "The mail that told you says why."),
    "rate-limited": Kind(429, "Too many requests.", "Wait the seconds that `Retry-After` names, then go on."),
    # reports
    "detail-not-shown": Kind(
        409, "Your Workspace is shown no such detail.", "Only what it has paid for, and is shown today, can be reported."
    ),
    # the service itself
    "notices-late": Kind(
        503, "Details are not shown while people cannot be told.", "Nothing was charged. Try again in some minutes."
    ),
    "maintenance": Kind(503, "Candor is being looked after.", "Nothing was charged. Try again when `Retry-After` says."),
    "unavailable": Kind(503, "Candor cannot answer right now.", "Nothing was charged. Try again in a moment."),
    "internal": Kind(500, "Something went wrong on our side.", "Try again; name the request id when you write to us."),
}


class Problem(Exception):
    """Raised where the obstacle is known; answered once, in `kernel.http`.

    `members` are added to the answer (`kind`, `needed`, `available`, `retry_at`, `errors`, `results`); `headers` likewise.
    """

    def __init__(self, code: str, detail: str = "", *, headers: dict[str, str] | None = None, **members: Any) -> None:
        super().__init__(code)
        self.code = code
        self.kind = KINDS[code]
        self.detail = detail
        self.headers = headers or {}
        self.members = members

    def body(self) -> dict[str, Any]:
        """The members of `application/problem+json`."""
        return {
            "type": f"/problems/{self.code}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail or self.kind.way_out,
            "code": self.code,
            **self.members,
        }
