"""The helpdesk on the site: a question by form, its answer, the hours, and nobody else's threads."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.kernel.clock import MovableClock
from tests.accounts.browser import Browser
from tests.conftest import Ops
from tests.helpdesk.conftest import CONTACT, Person, ask, letters_to, threads_of
from tests.workspaces.conftest import PASSWORD

HELP = "/account/help"


def browse(who: Person, lang: str = "en") -> Browser:
    """Their browser, signed in."""
    web = Browser(who.app, who.email, PASSWORD, lang)
    assert web.sign_in().status_code == 303
    return web


def sent(page: str) -> str:
    """What marks this showing of the form."""
    return str(re.findall(r'name="sent" value="([\w-]+)"', page)[0])


def test_a_question_is_asked_answered_followed_up_and_closed(ann: Person, ops: Ops, owner: psycopg.Connection[Any]) -> None:
    web = browse(ann)
    assert "Nothing yet." in web.get(HELP).text
    opened = web.send(HELP, category="question", text="What may I <b>export</b>?")
    thread = opened.headers["Location"]
    assert opened.status_code == 303
    assert thread.startswith(f"{HELP}/")
    page = web.get(thread).text
    assert "What may I &lt;b&gt;export&lt;/b&gt;?" in page
    assert "waits for us" in page

    assert ops("helpdesk-answer", "1/1", "--text", "Whatever you saved.").exit_code == 0
    page = web.get(thread).text
    assert page.index("What may I") < page.index("Whatever you saved.")
    assert "Candor, 2 March 2026 at 10:00 (Paris time)" in page
    assert 'class="tag good">answered' in web.get(HELP).text

    assert web.send(thread, text="And notes?").headers["Location"] == f"{thread}#end"
    assert "waits for us" in web.get(thread).text
    assert web.send(f"{thread}/close").headers["Location"] == thread
    page = web.get(thread).text
    assert "Is it done for you?" not in page
    [kept] = threads_of(ann)
    assert [words["text"] for words in kept["messages"]] == ["What may I <b>export</b>?", "Whatever you saved.", "And notes?"]
    assert (kept["channel"], kept["state"]) == ("chat", "closed")
    actions = owner.execute("SELECT action FROM account_actions ORDER BY action_id").fetchall()
    assert actions[-3:] == [
        ("POST /account/help",), ("POST /account/help/{thread_id}",), ("POST /account/help/{thread_id}/close",)
    ]  # fmt: skip


@pytest.mark.clause("8.2.21")
@pytest.mark.parametrize(
    ("at", "open_", "said"),
    [
        (datetime(2026, 3, 6, 17, 59, tzinfo=UTC), True, "The helpdesk is open until 6 March 2026 at 19:00 (Paris time)."),
        (datetime(2026, 3, 6, 18, 0, tzinfo=UTC), False, "it opens on 9 March 2026 at 09:00 (Paris time)"),
        (datetime(2026, 3, 7, 11, 0, tzinfo=UTC), False, "it opens on 9 March 2026 at 09:00 (Paris time)"),
        (datetime(2026, 3, 30, 7, 0, tzinfo=UTC), True, "The helpdesk is open until 30 March 2026 at 19:00 (Paris time)."),
        (datetime(2026, 10, 26, 8, 0, tzinfo=UTC), True, "The helpdesk is open until 26 October 2026 at 19:00 (Paris time)."),
    ],
)
def test_the_page_says_whether_the_helpdesk_is_open_and_outside_its_hours_one_leaves_a_message(
    ann: Person, clock: MovableClock, at: datetime, open_: bool, said: str
) -> None:
    clock.set(at)
    web = browse(ann)
    page = web.get(HELP).text
    assert said in page
    assert f"<button>{'Send' if open_ else 'Leave a message'}</button>" in page
    assert ("closed now" in page) is not open_
    thread = web.send(HELP, category="question", text="Is anybody there?").headers["Location"]
    assert said in web.get(thread).text
    assert [words["text"] for words in threads_of(ann)[0]["messages"]] == ["Is anybody there?"]


def test_what_is_serious_is_mailed_at_once(ann: Person) -> None:
    web = browse(ann)
    thread = web.send(HELP, category="anomaly", serious="yes", text="Every reveal fails.").headers["Location"]
    [copy] = letters_to(ann.kernel, CONTACT)
    assert "Every reveal fails." in copy.text
    assert "Mailed to us at once" in web.get(thread).text


def test_a_form_that_is_sent_twice_is_one_thread(ann: Person) -> None:
    web = browse(ann)
    form = {"category": "question", "text": "What may I export?", "sent": sent(web.get(HELP).text)}
    first, second = web.send(HELP, **form), web.send(HELP, **form)
    assert first.headers["Location"] == second.headers["Location"]
    thread = first.headers["Location"]
    more = {"text": "And notes?", "sent": sent(web.get(thread).text)}
    for _ in range(2):
        assert web.send(thread, **more).status_code == 303
    assert len(threads_of(ann)[0]["messages"]) == 2


@pytest.mark.parametrize("wrong", [{"text": "  "}, {"category": "nonesuch", "text": "Hello"}])
def test_an_empty_form_opens_nothing_and_keeps_what_was_typed(ann: Person, wrong: dict[str, str]) -> None:
    web = browse(ann)
    answer = web.send(HELP, **{"category": "advice", **wrong})
    assert answer.status_code == 422
    assert 'role="alert">Write something first' in answer.text
    assert threads_of(ann) == []
    ask(ann)
    thread = re.findall(rf'href="({HELP}/\w+)"', web.get(HELP).text)[0]
    assert web.send(thread, text=" ").status_code == 422


def test_threads_of_others_are_nowhere(ann: Person, ben: Person) -> None:
    theirs, mine = browse(ben), browse(ann)
    thread = theirs.send(HELP, category="question", text="Of Ben alone.").headers["Location"]
    assert "Of Ben alone." in theirs.get(thread).text
    for answer in (mine.get(thread), mine.send(thread, text="x"), mine.send(f"{thread}/close"), mine.get(f"{HELP}/1")):
        assert (answer.status_code, answer.mimetype) == (404, "text/html")
        assert "There is nothing here." in answer.text
    assert thread not in mine.get(HELP).text
    assert threads_of(ben)[0]["state"] == "new"


def test_older_threads_are_on_the_next_page(ann: Person, clock: MovableClock) -> None:
    for number in range(3):
        clock.advance(timedelta(minutes=1))
        ask(ann, f"Question {number}")
    web = browse(ann)
    first = web.get(f"{HELP}?limit=2").text
    older = re.findall(rf'href="({HELP}\?cursor=\w+)"', first)
    assert len(older) == 1
    listed = re.compile(rf'href="{HELP}/(\w{{26}})"')
    assert (len(listed.findall(first)), len(listed.findall(web.get(older[0]).text))) == (2, 1)
    assert web.get(f"{HELP}?cursor=zzz").status_code == 422


def test_a_letter_shows_until_when_it_is_answered_and_the_page_is_french_for_who_reads_french(ann: Person) -> None:
    web = browse(ann, "fr")
    thread = web.send(HELP, category="complaint", text="Bonjour").headers["Location"]
    for path in (HELP, thread):
        page = web.get(path).text
        assert "Une réclamation" in page
        assert not re.search(r"Send|Write|Help\b|complaint, ", page)
