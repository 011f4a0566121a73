"""What a newcomer reads when Candor is up: what to do next, one line each."""

from __future__ import annotations

import os

from backend.up.address import Address
from backend.up.data_folder import REPOSITORY, DataFolder, Samples
from backend.up.progress import say
from backend.up.surroundings import asked_folder


def show_banner(folder: DataFolder, address: Address, samples: Samples | None) -> None:
    url = address.public_url
    rows: list[tuple[str, str]] = [
        ("Load the extension", "chrome://extensions, Developer mode on, Load unpacked, then choose"),
        ("", str(REPOSITORY / "extension")),
        ("Sign in", f"in the extension's popup, with the server address {url}"),
    ]
    if samples is not None:
        rows += [
            ("Sample account", f"{samples.email}   password  {samples.password}"),
            ("Sample profile", samples.profile_url),
            ("See it at once", "bin/candor demo"),
        ]
    if not os.environ.get("SMTP_URL"):
        rows.append(("Mail", f"{url}/mailbox"))
    rows += [
        ("API", f"{url}/docs"),
        ("Data", f"{folder.path}" + (f"   (for bin/candor: --data {folder.path})" if asked_folder() else "")),
    ]
    say()
    say(f"  Candor runs at {url}   Ctrl-C stops it")
    say()
    for name, text in rows:
        say(f"  {name:<20}{text}")
    say()
