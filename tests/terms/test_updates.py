"""Necessary updates: told to every user by both channels, with the three things a notice says."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from backend.kernel.mail import read_mailbox
from backend.kernel.problems import Problem
from backend.ops_cli import ops_command
from backend.terms.updates import Update, announce_update
from tests.terms.conftest import ACT, House, User

BOTH = {"en": "In the Chrome Web Store.", "fr": "Dans le Chrome Web Store."}
HOW = {"en": "Press Update in the list of extensions.", "fr": "Cliquez sur Mettre à jour dans la liste des extensions."}
ELSE = {"en": "Version 0.2 stops showing details.", "fr": "La version 0.2 n'affiche plus de coordonnées."}
UPDATE = Update("0.3.0", False, BOTH, HOW, ELSE)
FIELDS = ("availability", "installation", "consequences")


@pytest.mark.clause("12.13", "2.Updates")
@pytest.mark.parametrize("security", [False, True])
def test_every_user_is_told_of_an_update_by_mail_and_in_the_account(
    enter: Callable[..., User], house: House, security: bool
) -> None:
    ann, cleo = enter("ann"), enter("cleo", lang="fr")
    for field in FIELDS:
        for said in ({}, {"en": "Yes."}, {"en": "Yes.", "fr": " "}):
            with pytest.raises(Problem) as refused:
                announce_update(house.kernel, ACT, replace(UPDATE, **{field: said}))  # type: ignore[arg-type]
            assert (refused.value.kind.status, refused.value.code) == (422, "update-incomplete")
    announce_update(house.kernel, ACT, replace(UPDATE, security=security))
    for _ in range(2):
        house.work()
    with house.kernel.database.begin() as connection:
        mails = [each.letter for each in read_mailbox(connection, house.kernel.sealer)]
    assert sorted(mail.to for mail in mails) == [ann.email, cleo.email]
    for user, lang in ((ann, "en"), (cleo, "fr")):
        (mail,) = [mail for mail in mails if mail.to == user.email]
        (message,) = user.call("GET", "/v1/messages").json["messages"]  # type: ignore[index]
        assert message["code"] == ("update-security" if security else "update-announced")
        for part in (BOTH, HOW, ELSE):
            assert part[lang] in mail.text
            assert part["en"] in message["text"]


def test_an_update_is_announced_once(house: House, owner: psycopg.Connection[Any]) -> None:
    announce_update(house.kernel, ACT, UPDATE)
    with pytest.raises(Problem, match="already-published"):
        announce_update(house.kernel, ACT, UPDATE)
    assert owner.execute("SELECT action, subject FROM ops_log").fetchall() == [("update.announce", "version 0.3.0")]


@pytest.mark.parametrize("left_out", FIELDS)
def test_the_command_asks_for_all_three(left_out: str) -> None:
    given = [word for field in FIELDS if field != left_out for word in (f"--{field}", "Here.", "Ici.")]
    said = CliRunner().invoke(ops_command, ["announce-update", "0.3.0", *given, "--by", "olga", "--reason", "a hole"])
    assert said.exit_code == 2
    assert f"--{left_out}" in said.output
