"""The ``serviceplan`` command: what it prints, and how it says no."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine import Config, Engine
from tests.support.command import Run
from tests.support.diagrams import call, chain, diagram, end, start
from tests.support.plan import PROJECT
from web.cli import common

BROKEN = b"<?xml version='1.0'?><!DOCTYPE x><x/>"


# ---------------------------------------------------------------- settings


def test_a_folder_without_settings_has_the_installed_ones(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert common.settings_file() == common.INSTALLED / "config.toml"
    assert "Säljare" in run("plan").out
    wheel = tmp_path / "site-packages" / "serviceplan"
    wheel.mkdir(parents=True)
    monkeypatch.setattr(common, "INSTALLED", wheel)
    ran = run("verify")
    assert (ran.status, ran.out) == (2, "")
    assert f"there is no config.toml in {tmp_path}" in ran.err
    assert "--config" in ran.err
    (wheel / "config.toml").write_bytes((PROJECT / "config.toml").read_bytes())
    assert common.settings_file() == wheel / "config.toml"
    (tmp_path / "config.toml").write_text("web.port = 9000\n", "utf-8")
    assert common.settings_file() == Path("config.toml")


def test_settings_without_roles_say_so(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("web.port = 9000\n", "utf-8")
    assert "config.toml has no [roles.…]" in run("plan").err


# ---------------------------------------------------------------- plan


def test_plan_as_json_has_six_sheets_and_38_activities(run: Run) -> None:
    plan = json.loads(run("plan", "--json").out)
    assert [phase["key"] for phase in plan] == ["A", "B1", "B2", "C", "D", "E"]
    assert [len(phase["activities"]) for phase in plan] == [7, 7, 6, 6, 4, 8]


def test_plan_as_json_has_these_keys_and_no_others(run: Run) -> None:
    phase = json.loads(run("plan", "--json").out)[0]
    assert list(phase) == ["key", "title", "process_id", "activities"]
    keys = ["id", "name", "role", "due", "checklist", "signature", "form"]
    assert all(list(activity) == keys for activity in phase["activities"])
    assert phase["activities"][6]["checklist"] == ["Var tydlig.", "Skriv avtal."]


def test_plan_reads_no_database(run: Run, tmp_path: Path) -> None:
    run("plan")
    assert list(tmp_path.iterdir()) == []


def test_plan_prints_the_paper_table(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    out = run("plan").out
    assert "B1 – FÖRBEREDELSE INFÖR UPPSTART" in out
    assert "ATT GÖRA" in out
    row = next(line for line in out.splitlines() if line.startswith("Utse kundansvarig"))
    assert "- Passa in kunden geografiskt." in row
    assert "Ledningsgrupp" in row
    assert "3 arbetsdagar" in row


@pytest.mark.parametrize("columns", [80, 100, 140, 300])
def test_the_paper_table_fits_the_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert max(len(line) for line in run("plan").out.splitlines()) <= columns


def test_plan_of_one_file_has_its_sheet_alone(run: Run, project: Path) -> None:
    plan = json.loads(run("plan", project / "workflows/e_avveckling.bpmn", "--json").out)
    assert [phase["key"] for phase in plan] == ["E"]


# ---------------------------------------------------------------- check and deploy


def test_check_of_the_plan_finds_no_error(run: Run, project: Path) -> None:
    ran = run("check", project / "workflows")
    assert (ran.status, "0 errors" in ran.out) == (0, True), ran.out


def test_check_makes_no_database(run: Run, project: Path, tmp_path: Path) -> None:
    run("check", project / "workflows")
    assert list(tmp_path.iterdir()) == []


def test_check_names_the_file_the_line_and_the_fault_and_exits_with_1(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "bad.bpmn").write_bytes(BROKEN)
    ran = run("check", tmp_path / "bad.bpmn")
    assert ran.status == 1
    assert ran.out.startswith("bad.bpmn")
    assert "DOCTYPE" in ran.out


def test_check_counts_what_it_found(run: Run, tmp_path: Path) -> None:
    drawing = tmp_path / "drawing.bpmn"
    drawing.write_text(
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
        '<process id="p"><startEvent id="s"/><endEvent id="e"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="e"/></process></definitions>',
        "utf-8",
    )
    last = run("check", drawing).out.splitlines()[-1]
    assert last == "0 processes, 1 drawing, 0 errors, 1 warning"


def test_a_wrong_path_of_a_database_makes_none_and_says_so(run: Run, tmp_path: Path) -> None:
    lost = tmp_path / "lost.db"
    for words in (("verify",), ("user", "list"), ("fire-due",), ("backup", tmp_path / "copy.db")):
        ran = run(*words, "--database", lost)
        assert (ran.status, ran.out) == (1, "")
        assert ran.err == f"serviceplan: there is no database {lost}\n"
    assert not lost.exists()


def test_a_file_that_is_no_database_is_told_in_one_line(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("Not a database at all, but long enough to be taken for one." * 20, "utf-8")
    ran = run("user", "list", "--database", text)
    assert ran.status == 1
    assert ran.err == "serviceplan: The database cannot be read: file is not a database\n"


def test_a_backup_into_no_folder_is_told_in_one_line(run: Run, tmp_path: Path) -> None:
    run("user", "add", "nora", "--name", "Nora Vikander", "--generate")
    ran = run("backup", tmp_path / "no" / "copy.db")
    assert ran.status == 1
    assert ran.err == f"serviceplan: there is no file or folder {tmp_path / 'no' / 'copy.db'}\n"


def test_check_as_json_is_a_list_of_findings(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.bpmn").write_bytes(BROKEN)
    findings = json.loads(run("check", "--json", tmp_path / "bad.bpmn").out)
    assert findings[0]["severity"] == "error"
    assert {"code", "sv", "en", "element_id", "line", "filename"} <= set(findings[0])


def test_a_check_fails_on_an_error_though_the_file_would_be_kept_as_a_drawing(
    run: Run, tmp_path: Path
) -> None:
    steps = (start(), call("sub", "nowhere"), end(), chain("start", "sub", "end"))
    (tmp_path / "calls.bpmn").write_bytes(diagram("calls", *steps).data)
    ran = run("check", tmp_path / "calls.bpmn")
    assert (ran.status, "1 drawing, 1 error" in ran.out) == (1, True), ran.out


def test_a_folder_without_diagrams_is_asked_for_wrongly(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = run("check", tmp_path / "empty")
    assert (ran.status, "There is no .bpmn or .dmn file" in ran.err) == (2, True)


def test_deploying_twice_changes_nothing_the_second_time(run: Run, project: Path) -> None:
    assert "fas_a version 1" in run("deploy", project / "workflows").out
    again = run("deploy", project / "workflows")
    assert "nothing has changed" in again.out
    assert "version 2" not in again.out


def test_a_refused_diagram_is_said_in_lines_without_a_traceback(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.bpmn").write_bytes(BROKEN)
    ran = run("deploy", tmp_path / "bad.bpmn")
    assert ran.status == 1
    assert ran.err.startswith("serviceplan: the diagram cannot be used as it is\n")
    assert "DOCTYPE" in ran.err


# ---------------------------------------------------------------- people


def test_a_person_is_added_with_a_password_that_is_shown_once(run: Run, config: Config) -> None:
    ran = run("user", "add", "asa", "--name", "Åsa Öberg", "--role", "saljare", "--generate")
    password = ran.out.rsplit(": ", 1)[1].strip()
    assert len(password) >= 15
    assert _signs_in("asa", password, config)
    assert password not in run("user", "list").out


def test_a_new_password_takes_the_place_of_the_old_one(run: Run, config: Config) -> None:
    first = run("user", "add", "asa", "--name", "Åsa Öberg").out.rsplit(": ", 1)[1].strip()
    second = run("user", "password", "asa").out.rsplit(": ", 1)[1].strip()
    assert (_signs_in("asa", first, config), _signs_in("asa", second, config)) == (False, True)


def _signs_in(username: str, password: str, config: Config) -> bool:
    import os

    from engine import NotAuthenticated

    engine = Engine.open(os.environ["SERVICEPLAN_DATABASE"], config=config)
    try:
        return bool(engine.sessions.sign_in(username, password))
    except NotAuthenticated:
        return False
    finally:
        engine.close()


def test_roles_are_shown_and_set(run: Run) -> None:
    run("user", "add", "asa", "--name", "Åsa Öberg", "--role", "saljare")
    run("user", "roles", "asa", "--role", "kvalitet", "--right", "manager")
    assert run("user", "roles", "asa").out == "Åsa Öberg: roles kvalitet; rights manager\n"


def test_an_unknown_role_is_refused_with_the_roles_that_there_are(run: Run) -> None:
    ran = run("user", "add", "asa", "--name", "Åsa Öberg", "--role", "chef")
    assert (ran.status, "There is no role chef; the roles are saljare" in ran.err) == (2, True)


def test_a_user_name_is_taken_once(run: Run) -> None:
    run("user", "add", "asa", "--name", "Åsa Öberg")
    ran = run("user", "add", "asa", "--name", "Åsa Ek")
    assert (ran.status, "already somebody" in ran.err) == (2, True)


def test_nobody_of_that_name_is_said(run: Run) -> None:
    run("user", "add", "nora", "--name", "Nora Vikander", "--generate")
    ran = run("user", "password", "nobody")
    assert ran.status == 1
    assert ran.err == "serviceplan: there is nobody with the user name nobody\n"


# ---------------------------------------------------------------- the database


def test_an_empty_database_is_brought_to_the_newest_version(run: Run) -> None:
    assert run("db", "version").out.startswith("database empty, program ")
    assert run("db", "upgrade").out.startswith("upgraded from empty to ")
    assert run("db", "upgrade").out.startswith("at ")


def test_verify_says_how_much_it_has_read(run: Run, project: Path) -> None:
    run("deploy", project / "workflows")
    ran = run("verify")
    assert (ran.status, ran.out.endswith("unbroken\n")) == (0, True)


def test_an_unknown_case_is_said(run: Run) -> None:
    run("db", "upgrade")
    ran = run("verify", "--case", "4711")
    assert (ran.status, ran.err) == (1, "serviceplan: there is no case 4711\n")


def test_fire_due_says_how_many_timers_it_fired(run: Run) -> None:
    run("db", "upgrade")
    assert run("fire-due").out == "0 timers fired\n"


def test_an_unknown_setting_is_named_with_the_nearest_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[web]\nprot = 1\n", encoding="utf-8")
    ran = run("--config", tmp_path / "c.toml", "user", "list")
    assert ran.status == 2
    assert ran.err == "serviceplan: there is no setting web.prot; the nearest one is web.port\n"


def test_a_database_that_is_none_is_said(run: Run) -> None:
    ran = run("user", "list", "--database", "mysql://somewhere/else")
    assert ran.status == 2
    assert len(ran.err.splitlines()) == 1


# ---------------------------------------------------------------- token


def test_a_token_is_the_only_thing_on_standard_output(run: Run) -> None:
    run("user", "add", "asa", "--name", "Åsa Ek", "--generate")
    made = run("token", "add", "asa", "--name", "import", "--expires", "P90D", "--scope", "read")
    assert made.status == 0
    secret = made.out.strip()
    assert secret.startswith("sp_")
    assert "Åsa Ek" in made.err
    assert secret not in made.err
    listed = run("token", "list", "asa").out
    assert secret not in listed
    assert secret[:9] in listed
    assert "import" in listed


def test_a_token_is_revoked_by_how_it_begins(run: Run) -> None:
    run("user", "add", "asa", "--name", "Åsa Ek", "--generate")
    secret = run("token", "add", "asa", "--expires", "never").out.strip()
    assert "never ends" in run("token", "list").out
    assert run("token", "revoke", secret[:9]).status == 0
    assert "revoked" in run("token", "list").out
    again = run("token", "revoke", secret[:9])
    assert (again.status, "already" in again.err) == (1, True)


def test_a_token_that_cannot_be_made_says_why(run: Run) -> None:
    run("user", "add", "asa", "--name", "Åsa Ek", "--generate")
    assert "no account" in run("token", "add", "nobody").err
    assert "soon" in run("token", "add", "asa", "--expires", "soon").err
    assert run("token", "add", "asa", "--scope", "everything").status == 2
    assert run("token", "revoke", "nothing").status == 1


# ---------------------------------------------------------------- decide

SUPPORT = Path(__file__).parents[2] / "support"


def test_a_decision_of_a_file_is_made_and_says_which_rules_held(run: Run) -> None:
    given = ("--input", "kundklass=guld", "--input", "avtalsår=6", "--input", "belopp=1000.50")
    ran = run("decide", SUPPORT / "rabatt.dmn", "Pris per månad", *given)
    assert (ran.status, ran.out.splitlines()) == (0, ["900.45", "Rabatt: rule 3"])
    found = json.loads(run("decide", SUPPORT / "rabatt.dmn", "pris", *given, "--json").out)
    assert (found["value"], found["inputs"]["belopp"]) == (900.45, 1000.5)
    assert found["matched"] == [{"element": "Rabatt", "table": "rabattabell", "rules": [3]}]


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("nowhere",), 1, "there is no decision"),
        (("rabatt", "--input", "avtalsår=många"), 1, "avtalsår"),
        (("rabatt", "--input", "avtalsår"), 2, "NAME=VALUE"),
    ],
)
def test_a_decision_that_cannot_be_made_is_one_clear_line(
    run: Run, words: tuple[str, ...], status: int, says: str
) -> None:
    ran = run("decide", SUPPORT / "rabatt.dmn", *words)
    assert ran.status == status
    assert says in ran.err


def test_a_model_that_contradicts_itself_is_told_with_its_line(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "rabatt.dmn"
    text = (SUPPORT / "rabatt.dmn").read_text("utf-8")
    broken.write_text(text.replace('decision id="pris"', 'decision id="rabatt"'), "utf-8")
    ran = run("decide", broken, "rabatt")
    assert ran.status == 1
    headline, finding, *_ = ran.err.splitlines()
    assert headline == "serviceplan: the decision model cannot be used as it is"
    assert finding.startswith("rabatt.dmn:")
    (tmp_path / "bad.bpmn").write_bytes(BROKEN)
    both = run("deploy", broken, tmp_path / "bad.bpmn").err
    assert both.startswith("serviceplan: the diagram and decision model cannot be used as they are")


def test_a_decision_that_cannot_be_made_is_kept_as_a_drawing(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "rabatt.dmn"
    text = (SUPPORT / "rabatt.dmn").read_text("utf-8")
    broken.write_text(text.replace("<text>7.5</text>", "<text>7,,5</text>"), "utf-8")
    ran = run("decide", broken, "rabatt")
    assert ran.status == 1
    assert "Rabatt is kept as a drawing and cannot be made" in ran.err
    assert "7,,5" in ran.err
    assert run("decide", broken, "villkor").status == 0
    checked = run("check", broken)
    assert checked.status == 1
    assert checked.out.endswith("0 processes, 3 drawings, 1 decision, 1 error, 2 warnings\n")
    deployed = run("deploy", broken).out
    assert "rabatt version 1: Rabatt (kept as a drawing, cannot be made)" in deployed
    assert "villkor version 1: Villkor\n" in deployed


def test_decision_models_are_checked_and_deployed_with_the_diagrams(run: Run) -> None:
    checked = run("check", SUPPORT / "rabatt.dmn")
    assert (checked.status, checked.out) == (
        0,
        "0 processes, 4 decisions, 0 errors, 0 warnings\n",
    )
    assert "pris version 1: Pris per månad" in run("deploy", SUPPORT / "rabatt.dmn").out
    assert "live already" in run("deploy", SUPPORT / "rabatt.dmn").out


# ---------------------------------------------------------------- worker, backup, addresses


@pytest.mark.parametrize("command", ["worker", "serve", "fire-due", "db upgrade"])
def test_an_older_program_refuses_a_newer_database_and_names_the_command(
    run: Run, command: str, tmp_path: Path
) -> None:
    run("db", "upgrade")
    with closing(sqlite3.connect(tmp_path / "cli.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    ran = run(*command.split())
    assert ran.status == 1
    assert "make setup" in ran.err
    assert "9999" in ran.err


def test_a_newer_program_asks_for_the_upgrade_of_an_older_database(
    run: Run, tmp_path: Path
) -> None:
    run("db", "upgrade")
    with closing(sqlite3.connect(tmp_path / "cli.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0002'")
    ran = run("worker")
    assert ran.status == 1
    assert "serviceplan db upgrade" in ran.err


def test_backup_says_what_is_in_the_copy(run: Run, tmp_path: Path) -> None:
    run("user", "add", "nora", "--name", "Nora Vikander", "--generate")
    ran = run("backup", tmp_path / "copy.db")
    assert ran.status == 0
    assert "unbroken" in ran.out
    assert run("backup", tmp_path / "copy.db").status == 1
    assert run("verify", "--database", tmp_path / "copy.db").status == 0


def test_an_address_is_set_shown_and_taken_away(run: Run) -> None:
    run("user", "add", "nora", "--name", "Nora", "--generate", "--email", "nora@example.com")
    assert "nora@example.com" in run("user", "email", "nora").out
    assert run("user", "email", "nora", "no address").status == 1
    assert "no address" in run("user", "email", "nora", "").out


def test_the_folder_of_the_default_database_is_made(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SERVICEPLAN_DATABASE")
    monkeypatch.chdir(tmp_path)
    assert run("db", "upgrade").status == 0
    assert (tmp_path / "data" / "serviceplan.db").is_file()


@pytest.mark.parametrize(
    "command", [["db", "upgrade"], ["serve"], ["user", "add", "x", "--name", "X"]]
)
def test_the_folder_of_a_named_database_is_not_made(
    run: Run, tmp_path: Path, command: list[str]
) -> None:
    ran = run(*command, "--database", tmp_path / "dtaa" / "x.db")
    assert ran.status == 1
    assert ran.err.startswith(f"serviceplan: There is no folder {tmp_path / 'dtaa'} for")
    assert (ran.out, list(tmp_path.iterdir())) == ("", [])
