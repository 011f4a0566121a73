"""`candor import` as it is typed: whatever the file, it ends with clear words, and never with a trace."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.directory import commands
from backend.directory.normalising import Unreadable, normalise_company, normalise_email, normalise_phone, normalise_words
from backend.kernel import Kernel
from tests.directory.conftest import JANE, KEY, PAPERS, Directory

Run = Callable[..., Result]


@pytest.fixture
def run(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Types `candor import FILE` with all the papers, or with the options given."""
    import backend.settings

    monkeypatch.setattr(commands, "build_kernel", lambda _: kernel)
    monkeypatch.setattr(backend.settings, "Settings", lambda: kernel.settings)

    def type_it(file: Path, *options: str) -> Result:
        papers = [part for name, text in PAPERS.items() for part in (f"--{name}", text)]
        result = CliRunner().invoke(commands.import_command, [str(file), *(options or papers)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return type_it


def report_of(file: Path) -> list[dict[str, str]]:
    with file.with_name(f"{file.name}.report.csv").open(encoding="utf-8", newline="") as report:
        return list(csv.DictReader(report))


def test_a_file_is_imported_and_summed_up(run: Run, write_csv: Callable[..., Path], directory: Directory) -> None:
    file = write_csv([JANE, {**JANE, "linkedin_url": ""}, {**JANE, "linkedin_url": "other", "work_email": "nonsense"}])
    result = run(file)
    assert result.exit_code == 0
    assert "3 rows: 1 added, 0 changed, 0 unchanged, 2 refused." in result.output
    assert [(row["line"], row["column"], row["code"]) for row in report_of(file)] == [
        ("3", "linkedin_url", "missing"),
        ("4", "work_email", "not-an-email"),
    ]
    assert "jane" not in file.with_name(f"{file.name}.report.csv").read_text().lower()
    assert directory.values("b2b_email") == ["jane.doe@firm.example"]


def test_a_clean_run_leaves_no_report(run: Run, write_csv: Callable[..., Path]) -> None:
    file = write_csv([JANE])
    run(file)
    assert "1 unchanged, 0 refused." in run(file).output
    assert not file.with_name(f"{file.name}.report.csv").exists()


@pytest.mark.clause("14.4.3")
def test_what_is_missing_is_refused_with_the_command_to_type(
    run: Run, write_csv: Callable[..., Path], directory: Directory
) -> None:
    file = write_csv([JANE])
    result = run(file, "--source", "My Source", "--country", "FR")
    assert result.exit_code == 1
    assert "does not say licence, kind, visibility, basis" in result.output
    assert f"bin/candor import {file} --source 'My Source' --country FR --licence CONTRACT-2026-01 --kind supplier" in result.output
    assert "kind is one of supplier, registry, company_site" in result.output
    assert not directory.find().persons


def test_columns_of_the_file_count_before_the_flags(run: Run, write_csv: Callable[..., Path], directory: Directory) -> None:
    run(write_csv([{**JANE, "source": "Own Source", "country": "GB", "mobile_phone": ""}]))
    assert directory.find().showable["b2b_email"][0].source == "Own Source"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_tables_come_in_many_forms(
    run: Run, write_csv: Callable[..., Path], directory: Directory, encoding: str, delimiter: str
) -> None:
    file = write_csv([{**JANE, "title": "Buyer,\r\nsecond; line", "full_name": "Zoé Doe"}], encoding=encoding, delimiter=delimiter)
    assert "1 added" in run(file).output
    assert directory.values("phone") == ["+33639980001"]


def test_a_line_number_is_the_one_an_editor_shows(run: Run, write_csv: Callable[..., Path]) -> None:
    rows = [{**JANE, "title": "one\ntwo\nthree"}, {**JANE, "work_email": "nonsense"}]
    file = write_csv(rows)
    run(file)
    assert [row["line"] for row in report_of(file)] == ["5"]


def test_json_lines_are_read(run: Run, tmp_path: Path, directory: Directory) -> None:
    file = tmp_path / "people.jsonl"
    bad = [
        "[1]",
        "nonsense",
        '"text"',
        '{"full_name": ["x"]}',
        '{"full_name": "a", "full_name": "b"}',
        "[" * 100_000,
        '{"title": "\\ud800"}',
    ]
    file.write_text("\n".join([json.dumps({**JANE, "confidence": 0.5, "unknown": {"a": 1}}), "", *bad]), encoding="utf-8")
    result = run(file)
    assert "8 rows: 1 added" in result.output
    assert [(row["line"], row["code"]) for row in report_of(file)] == [
        ("3", "not-json"),
        ("4", "not-json"),
        ("5", "not-json"),
        ("6", "not-text"),
        ("7", "named-twice"),
        ("8", "not-json"),
        ("9", "unreadable-text"),
    ]
    assert directory.find().showable["b2b_email"][0].confidence == 0.5


HEADER = ",".join(JANE)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "must name the columns"),
        (b"\n\n", "must name the columns"),
        (b"jane,doe\n1,2\n", "must name the columns"),
        (b"work_email,Work Email\n", "stands twice"),
        (b"PK\x03\x04rest", "not a text file"),
        (b"a\x00b", "not a text file"),
        (b"[{}]", "not an array"),
        (b"full_name\n" + b"x" * 1_100_000, "longer than 1,000,000"),
    ],
    ids=["empty", "blank", "no columns", "twice", "spreadsheet", "binary", "array", "one line"],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(
    run: Run, tmp_path: Path, directory: Directory, content: bytes, words: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    result = run(file)
    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output
    assert not file.with_name("people.csv.report.csv").exists()


def test_rows_in_another_encoding_or_with_an_open_quote_are_refused_and_the_rest_goes_in(
    run: Run, tmp_path: Path, directory: Directory
) -> None:
    good = ",".join(JANE.values())
    rows = [
        HEADER,
        good.replace("Jane Doe", "Zo\xe9 Doe").replace("jane-doe", "zoe"),
        good,
        good + ",one,too,many",
        "short",
        'x,"' + "y" * 200_000,
        'x,"' + "y" * 5_000 + '"',
    ]
    file = tmp_path / "people.csv"
    file.write_bytes("\n".join(rows).encode("latin-1"))
    result = run(file)
    assert "1 added" in result.output
    assert [(row["line"], row["code"]) for row in report_of(file)] == [
        ("2", "unreadable-text"),
        ("4", "too-many-cells"),
        ("5", "missing"),
        ("6", "unreadable-row"),
        ("7", "too-long"),
    ]


def test_unknown_columns_are_counted_and_not_read(run: Run, write_csv: Callable[..., Path]) -> None:
    assert "2 columns have names that are not known here" in run(write_csv([{**JANE, "work_mail": "x", "notes": "y"}])).output


@pytest.mark.clause("R10")
@pytest.mark.parametrize(
    "spelling",
    [
        "jane.dôe@firm.example",
        "JANE.DÔE@FIRM.EXAMPLE",
        " jane.dôe@Firm.Example\u00a0",
        "jane.do\u0302e@firm.example",
        "mailto:Jane.Dôe@firm.example",
        "\u200bJane <jane.dôe@firm.example.>\ufeff",
    ],
)
def test_an_address_has_one_form(spelling: str) -> None:
    assert normalise_email(spelling) == "jane.dôe@firm.example"


def test_a_domain_is_written_as_the_dns_does() -> None:
    assert normalise_email("jane@Bücher.example") == normalise_email("jane@xn--bcher-kva.example")
    assert normalise_email("jane+list@firm.example") != normalise_email("jane@firm.example")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "jane",
        "@firm.example",
        "jane@",
        "a b@firm.example",
        "a@b@c.example",
        "a@-b.example",
        "a@1.2.3.4",
        ".a@b.example",
        "a..b@c.example",
        "x" * 65 + "@b.example",
        "a@" + "b." * 130 + "example",
    ],
)
def test_what_is_no_address_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        normalise_email(text)


@pytest.mark.parametrize("text", ["06 39 98 00 01", "+33 6 39 98 00 01", "0033639980001", "06.39.98.00.01", "+33 (0)6 39 98 00 01"])
def test_a_number_has_one_form(text: str) -> None:
    phone = normalise_phone(text, "FR")
    assert (phone.e164, phone.region) == ("+33639980001", "FR")


def test_names_are_compared_without_case_accents_and_legal_form() -> None:
    assert normalise_words("  ÉLISE   O'Brien ") == "elise o brien"
    assert normalise_company("Firm S.A.S.") == normalise_company("FIRM") == "firm"
    assert normalise_company("SA") == "sa"


def test_the_first_page_of_an_import_finds_what_it_put_in(run: Run, write_csv: Callable[..., Path], directory: Directory) -> None:
    rows = [{**JANE, "linkedin_url": f"person-{n}", "work_email": f"p{n}@firm.example", "mobile_phone": ""} for n in range(1100)]
    rows[700]["linkedin_url"] = JANE["linkedin_url"]
    assert "1,100 rows: 1,100 added" in run(write_csv(rows)).output
    assert directory.values("b2b_email", KEY) == ["p700@firm.example"]
