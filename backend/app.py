"""`create_app`: the one file that knows every room. A request enters here and falls through the floors."""

from functools import partial

from flask import Flask

import backend.accounts.tables
import backend.credits.tables
import backend.directory.tables
import backend.helpdesk.tables
import backend.kernel.tables
import backend.lookup.tables
import backend.ops.tables
import backend.robots.tables
import backend.subscriptions.revision_tables
import backend.subscriptions.tables
import backend.terms.tables
import backend.workspaces.tables  # noqa: F401
from backend.accounts import (
    AccountActivated,
    AccountDeleted,
    BreachAsked,
    BreachOpened,
    CureHandedIn,
    CureRefused,
    DebtAsked,
    DebtPaid,
    DeletionAsked,
    EvidenceDue,
    ExportAsked,
    ProfileCompleted,
    SuspensionLifted,
)
from backend.accounts.account_api import api as account_room
from backend.accounts.api import api as accounts_room
from backend.accounts.archive import EvidencePurge
from backend.accounts.callers import install_callers
from backend.accounts.door_api import api as door_room
from backend.accounts.due import MessageMail, PasswordAge, SuspensionSteps
from backend.accounts.holds import export_ladder, forget_ladder, hear_ladder
from backend.accounts.linkedin_api import PROVIDER
from backend.accounts.linkedin_api import api as linkedin_room
from backend.accounts.local_linkedin import build_local_provider
from backend.accounts.local_linkedin_api import api as local_linkedin_room
from backend.accounts.me_api import api as me_room
from backend.accounts.messages_api import api as messages_room
from backend.accounts.pages import install_readers
from backend.accounts.provider import LINKEDIN, LinkedInIdentityProvider, OpenIdProvider
from backend.accounts.robots_api import api as robots_room
from backend.accounts.sandbox_api import api as sandbox_accounts_room
from backend.accounts.teams import follow_member, hold_account, tell_of_departure
from backend.accounts.workspace_api import api as teams_room
from backend.credits.api import api as credits_room
from backend.credits.due import Expiry
from backend.directory.due import MonthOver, Notices, NoticesLate
from backend.directory.sandbox_api import api as sandbox_people_room
from backend.directory.withdrawing import Purge
from backend.helpdesk import end_threads, export_threads
from backend.helpdesk.api import api as helpdesk_room
from backend.helpdesk.due import ForgetCases, HelpdeskWaiting, LetterDeadlines
from backend.helpdesk.pages_api import api as help_room
from backend.kernel import Kernel, build_kernel
from backend.kernel.api import api as service_room
from backend.kernel.clock import Clock
from backend.kernel.due import Piece
from backend.kernel.figures import Figures
from backend.kernel.frame import install_frame, trust_proxies
from backend.kernel.http import LARGEST_BODY, Room, install_problems
from backend.kernel.incidents import Held
from backend.kernel.limits import install_limiter
from backend.kernel.logs import configure_logs
from backend.kernel.mail import Delivery, Mailbox, SmtpSender
from backend.kernel.maintenance import install_maintenance
from backend.kernel.sandbox_api import DUE_PIECES
from backend.kernel.sandbox_api import api as sandbox_clock_room
from backend.kernel.tokens import install_tokens
from backend.lookup.api import api as lookup_room
from backend.lookup.callers import robot_score
from backend.lookup.reports import export_reports, forget_reports
from backend.lookup.reports_api import api as reports_room
from backend.ops.account_acts_api import api as ops_account_acts_room
from backend.ops.accounts_api import api as ops_accounts_room
from backend.ops.breaches_api import api as ops_breaches_room
from backend.ops.callers import install_operators
from backend.ops.cases_api import api as ops_cases_room
from backend.ops.directory_api import api as ops_directory_room
from backend.ops.disputes import DisputeLimits
from backend.ops.disputes_api import api as ops_disputes_room
from backend.ops.due_api import api as ops_due_room
from backend.ops.helpdesk_api import api as ops_helpdesk_room
from backend.ops.incidents import IncidentNotices
from backend.ops.incidents_api import api as ops_incidents_room
from backend.ops.log_api import api as ops_log_room
from backend.ops.operators_api import api as ops_operators_room
from backend.ops.overview_api import api as ops_overview_room
from backend.ops.register import BreachClocks
from backend.ops.replaying import ScoreReplay
from backend.ops.robots_api import api as ops_robots_room
from backend.ops.signing_in_api import api as ops_signing_in_room
from backend.ops.sources_api import api as ops_sources_room
from backend.ops.sums_api import api as ops_sums_room
from backend.ops.tasks_api import api as ops_tasks_room
from backend.privacy.api import api as privacy_room
from backend.robots import LadderClimbed
from backend.settings import Settings
from backend.subscriptions import (
    begin_freemium,
    carry_freemium,
    end_freemium,
    end_with_workspace,
    foretell_premium,
    keep_admin,
    plan_for_sheet,
)
from backend.subscriptions.after_notice import UnpaidNotices
from backend.subscriptions.alerts import expiry_alerts
from backend.subscriptions.api import api as subscriptions_room
from backend.subscriptions.due import EndingAlerts, PremiumRenewal, Renewal, SwitchEnd
from backend.subscriptions.endings_api import api as endings_room
from backend.subscriptions.exporting import export_shared
from backend.subscriptions.force_majeure import ForceMajeureEnds
from backend.subscriptions.hearing import (
    forget_account,
    hear_breach,
    hear_cure,
    outlive_workspace,
    start_clock,
    stop_clock,
    tell_end,
    warn_newcomer,
)
from backend.subscriptions.not_renewing import FreemiumEnds
from backend.subscriptions.notices_api import api as notices_room
from backend.subscriptions.paying import list_debts, pay_debt
from backend.subscriptions.plans_api import api as plans_room
from backend.subscriptions.premium_api import api as premium_room
from backend.subscriptions.refusing import go_on, stop_renewal
from backend.subscriptions.revision_notices import PriceRevisions
from backend.subscriptions.revisions_api import api as prices_room
from backend.subscriptions.rewarding import reward_activation, reward_arrival, reward_profile
from backend.subscriptions.sandbox_api import api as sandbox_payments_room
from backend.subscriptions.subscribers import keep_while_owed
from backend.subscriptions.terminating import BreachSteps
from backend.terms import SheetPublished, TermsAccepted, TermsRefused
from backend.terms.api import api as terms_room
from backend.terms.due import ChangeNotices, TacitAcceptance, UpdateNotices
from backend.web.api import api as web_room
from backend.web.documents_api import api as documents_room
from backend.web.mailbox_api import api as mailbox_room
from backend.web.sandbox_api import api as sandbox_mail_room
from backend.workspaces import AdminDeserting, MemberLeft, MemberMoved, MemberMoving, WorkspaceDeleted
from backend.workspaces.api import api as workspaces_room
from backend.workspaces.due import Lapse
from backend.workspaces.members_api import api as members_room

ROOMS: list[Room] = [
    ops_overview_room, ops_directory_room, ops_sources_room, ops_due_room,
    ops_signing_in_room, ops_tasks_room, ops_log_room, ops_cases_room, ops_robots_room, ops_accounts_room, ops_account_acts_room,
    ops_incidents_room, ops_disputes_room, ops_breaches_room, ops_helpdesk_room, ops_sums_room, ops_operators_room,
    web_room, documents_room, lookup_room, reports_room, privacy_room, helpdesk_room, help_room, plans_room, premium_room,
    prices_room, endings_room, notices_room, subscriptions_room, linkedin_room, teams_room, workspaces_room, members_room,
    messages_room, door_room, account_room, me_room, accounts_room, robots_room, credits_room, terms_room, service_room,
]  # fmt: skip
"""Every room with an HTTP face, top floor first."""


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """The application, from `settings` or the environment; `clock` is given by tests."""
    settings = settings or Settings()
    configure_logs()
    app = Flask("candor", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]
    kernel = build_wired(settings, clock)
    app.extensions["candor"] = kernel
    install_problems(app)
    install_frame(app, kernel)
    install_maintenance(app, kernel)
    install_tokens(app, settings)
    install_callers(app, kernel)
    install_readers(app, kernel)
    install_operators(app, kernel)
    install_limiter(app, settings.redis_url, settings.rate_limits, robot_score(kernel))
    for room in [*ROOMS, *_local_rooms(settings)]:
        app.register_blueprint(room)
    trust_proxies(app, settings.trusted_proxies)
    app.extensions[DUE_PIECES] = due_pieces(kernel)
    app.extensions[PROVIDER] = _choose_linkedin(app, settings)
    return app


def _local_rooms(settings: Settings) -> list[Room]:
    """Rooms that exist on the user's own machine only."""
    rooms = {
        mailbox_room: settings.local_mail,
        local_linkedin_room: settings.local_linkedin,
        sandbox_mail_room: settings.sandbox,
        sandbox_accounts_room: settings.sandbox,
        sandbox_people_room: settings.sandbox,
        sandbox_clock_room: settings.sandbox,
        sandbox_payments_room: settings.sandbox,
    }
    return [room for room, open_here in rooms.items() if open_here]


def _choose_linkedin(app: Flask, settings: Settings) -> LinkedInIdentityProvider | None:
    """LinkedIn itself where a client is named, our stand-in on the embedded default, else nobody."""
    if settings.linkedin_client_id:
        return OpenIdProvider(LINKEDIN, settings.linkedin_client_id, settings.linkedin_client_secret)
    return build_local_provider(settings, app) if settings.local_linkedin else None


def due_pieces(kernel: Kernel) -> list[Piece]:
    """Everything that time does, in any order: `kernel.due.tick` sorts by instant."""
    settings = kernel.settings
    local, sealer = settings.local_mail, kernel.sealer
    delivery = Mailbox() if local else Delivery(sealer, SmtpSender(settings.smtp_url, settings.mail_from))
    # Silence is counted before a renewal of the same instant (X5).
    terms: list[Piece] = [ChangeNotices(kernel), Held(TacitAcceptance()), UpdateNotices(kernel), Held(PriceRevisions(kernel))]
    # What ends at an instant does not renew then.
    ends: list[Piece] = [
        Held(BreachSteps(kernel)), Held(UnpaidNotices(kernel)), SwitchEnd(kernel), FreemiumEnds(kernel), ForceMajeureEnds(kernel),
    ]  # fmt: skip
    plans: list[Piece] = [*ends, PremiumRenewal(kernel), EndingAlerts(kernel), Renewal()]
    return [
        *terms, *plans, *expiry_alerts(kernel), Expiry(), Lapse(), MonthOver(), Notices(kernel), MessageMail(kernel), delivery,
        LetterDeadlines(), ForgetCases(), HelpdeskWaiting(), Purge(),
        IncidentNotices(kernel), DisputeLimits(), BreachClocks(), ScoreReplay(kernel),
        NoticesLate(), Held(SuspensionSteps(kernel)), PasswordAge(kernel), EvidencePurge(kernel), Figures(),
    ]  # fmt: skip


def build_wired(settings: Settings, clock: Clock | None = None) -> Kernel:
    """A kernel whose events every room hears: for requests, for the worker, for `candor ops`."""
    kernel = build_kernel(settings, clock)
    _wire_events(kernel)
    return kernel


def _wire_events(kernel: Kernel) -> None:
    """Who hears of what, in this order, in the emitter's transaction."""
    kernel.events.on(AccountActivated, begin_freemium)
    kernel.events.on(AccountActivated, partial(reward_activation, kernel))
    kernel.events.on(ProfileCompleted, reward_profile)
    kernel.events.on(AccountDeleted, end_threads)
    kernel.events.on(AccountDeleted, forget_reports)
    kernel.events.on(AccountDeleted, end_freemium)
    kernel.events.on(AccountDeleted, forget_account)
    kernel.events.on(AccountDeleted, forget_ladder)
    kernel.events.on(ExportAsked, partial(export_threads, kernel))
    kernel.events.on(ExportAsked, partial(export_shared, kernel))
    kernel.events.on(ExportAsked, partial(export_reports, kernel))
    kernel.events.on(ExportAsked, partial(export_ladder, kernel))
    kernel.events.on(DeletionAsked, foretell_premium)
    kernel.events.on(MemberMoving, hold_account)
    kernel.events.on(AdminDeserting, keep_admin)
    kernel.events.on(MemberLeft, partial(tell_of_departure, kernel))
    kernel.events.on(MemberMoved, follow_member)
    kernel.events.on(MemberMoved, carry_freemium)
    kernel.events.on(MemberMoved, reward_arrival)
    kernel.events.on(MemberMoved, partial(warn_newcomer, kernel))
    kernel.events.on(WorkspaceDeleted, partial(end_with_workspace, kernel))
    kernel.events.on(WorkspaceDeleted, outlive_workspace)
    kernel.events.on(BreachOpened, partial(hear_breach, kernel))
    kernel.events.on(BreachAsked, tell_end)
    kernel.events.on(CureHandedIn, stop_clock)
    kernel.events.on(CureRefused, start_clock)
    kernel.events.on(SuspensionLifted, partial(hear_cure, kernel))
    kernel.events.on(SheetPublished, plan_for_sheet)
    kernel.events.on(TermsRefused, partial(stop_renewal, kernel))
    kernel.events.on(TermsAccepted, partial(go_on, kernel))
    kernel.events.on(DebtAsked, partial(list_debts, kernel))
    kernel.events.on(DebtPaid, partial(pay_debt, kernel))
    kernel.events.on(LadderClimbed, partial(hear_ladder, kernel))
    kernel.events.on(EvidenceDue, keep_while_owed)
