"""The whole of Candor as a newcomer starts it: the real application, the samples, the card in a browser, and nothing left."""

import subprocess
import sys
from pathlib import Path

import psutil

from backend.up.data_folder import REPOSITORY
from tests.up.copies import Copy, alive, until

CANDOR = ("-m", "backend.cli")


def test_a_newcomer_sees_the_card_and_a_kill_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    copy = Copy(folder, program=CANDOR)
    try:
        copy.up()
        for told in ("Sample account", "-candor-sample/", "/mailbox", str(REPOSITORY / "extension")):
            assert told in copy.said()
        picture = tmp_path / "card.png"
        demo = subprocess.run(
            [sys.executable, *CANDOR, f"--data={folder}", "demo", f"--screenshot={picture}"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
        )
        assert demo.returncode == 0, demo.stderr
        assert picture.read_bytes().startswith(b"\x89PNG")
        log = (folder / "logs" / "api.log").read_text() + (folder / "logs" / "postgres.log").read_text()
        assert "candor-sample" not in log, "no profile in a log"
        assert "@" not in log, "no address in a log"
        family = psutil.Process(copy.process.pid).children(recursive=True)
    finally:
        copy.process.kill()
    until(lambda: alive(family) == [], lambda: alive(family))
