"""People in the model: they sign up, and change workspace with what is their own (X30)."""

from tests.model.credits import Credits
from tests.model.rules import INVITED, REGISTRATION, paris_day
from tests.model.state import Lot, Person, Refused, Workspace


class Teams(Credits):
    """This part of the model knows who is where."""

    def sign_up(self, name: str) -> None:
        """Both steps done: registration credits once, and the freemium's first month (9.20, 9.21)."""
        person = Person(Workspace(members={name: "admin"}), paris_day(self.now))
        person.lots = [Lot(kind, "registration", amount, None) for kind, amount in REGISTRATION.items()]
        self.people[name] = person
        self._grant_month(person)

    def create(self, name: str) -> None:
        self.people[name].workspace.named = True

    def invite(self, admin: str, name: str, role: str) -> None:
        here = self._administered(admin)
        if name in here.invited and here.invited[name][1] > self.now:
            return
        if here.paying and here.taken(self.now) >= here.paying.order.seats:
            raise Refused("seats-exhausted")
        here.invited[name] = (role, self.now + INVITED)

    def join(self, name: str, to: Workspace) -> None:
        """One workspace at a time; the admin of others, or of a premium, stays (X30)."""
        person, (role, lapses) = self.people[name], to.invited[name]
        if lapses <= self.now:
            raise Refused("invitation-lapsed")
        home = person.workspace
        if home is to:
            raise Refused("member-already")
        if home.members[name] == "admin" and (len(home.members) > 1 or home.premium is not None):
            raise Refused("workspace-occupied")
        if to.paying and len(to.members) >= to.paying.order.seats:
            raise Refused("seats-exhausted")
        del to.invited[name]
        self._move(name, to, role)

    def leave(self, name: str) -> None:
        here = self.people[name].workspace
        if not here.named:
            raise Refused("workspace-required")
        self._keep_an_admin(here, name)
        self._go_home(name)

    def remove(self, admin: str, name: str) -> None:
        here = self._administered(admin)
        self._keep_an_admin(here, name)
        self._go_home(name)

    def _keep_an_admin(self, here: Workspace, name: str) -> None:
        if [each for each, role in here.members.items() if role == "admin"] == [name]:
            raise Refused("last-admin")

    def _move(self, name: str, to: Workspace, role: str) -> None:
        """Own lots and the reveals they paid come along; the freemium rests where a premium pays, and goes on where none does."""
        person = self.people[name]
        old = person.workspace
        del old.members[name]
        own = {what: (who, True) for what, (who, by_own) in old.known.items() if who == name and by_own}
        to.known = own | to.known
        to.members[name], person.workspace = role, to
        self._grant_month(person)

    def _go_home(self, name: str) -> None:
        self._move(name, Workspace(), "admin")
