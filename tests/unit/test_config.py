"""The settings file: complete, explained, and strict about what it does not know."""

from __future__ import annotations

import dataclasses
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.config import Config, load_config
from engine.errors import ConfigError

FILE = Path(__file__).parents[2] / "config.toml"
SECTIONS = ("company", "database", "calendar", "cases", "limits", "web")


@pytest.fixture(autouse=True)
def without_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SERVICEPLAN_DATABASE", raising=False)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "some.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(tmp_path: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_config(written(tmp_path, text))
    return caught.value


def test_the_file_says_the_defaults_beside_what_is_the_companys_own() -> None:
    found = load_config(FILE)
    own = {"roles": found.roles, "plan": found.plan, "cases": found.cases}
    assert found == dataclasses.replace(Config(), **own)
    assert all(own.values())


def test_what_is_the_companys_own_has_no_default() -> None:
    bare = Config()
    assert (bare.roles, bare.plan, bare.cases.first_process) == ({}, {}, "")


@pytest.mark.parametrize("section", SECTIONS)
def test_the_file_names_every_setting(section: str) -> None:
    in_file = tomllib.loads(FILE.read_text(encoding="utf-8"))[section]
    assert list(in_file) == [f.name for f in dataclasses.fields(getattr(Config(), section))]


def test_the_file_names_every_role_and_plan_value() -> None:
    in_file = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = load_config(FILE)
    assert list(in_file["roles"]) == list(found.roles)
    assert list(in_file["plan"]) == list(found.plan)
    assert in_file["cases"]["first_process"] == found.cases.first_process


def test_every_setting_in_the_file_has_a_comment() -> None:
    bare, previous = [], ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        # A role's two titles stand under one comment.
        if line and line[0].islower() and not previous.startswith("#") and line[:3] != "en ":
            bare.append(line)
        previous = line
    assert bare == []


def test_the_nine_roles_have_titles_in_two_languages() -> None:
    roles = load_config(FILE).roles
    assert len(roles) == 9
    assert roles["ekonomi"].title("sv") == "Ekonomiavdelningen"
    assert all(role.sv and role.en and role.key == key for key, role in roles.items())


def test_no_file_means_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config() == Config()


def test_the_working_folders_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("web.port = 9000\n", encoding="utf-8")
    assert load_config().web.port == 9000


def test_the_environment_names_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICEPLAN_DATABASE", "postgresql+psycopg://localhost/plan")
    assert load_config(FILE).database.url == "postgresql+psycopg://localhost/plan"


def test_numbers_of_the_plan_are_decimals(tmp_path: Path) -> None:
    text = "[plan]\nlarge_contract_value = 500000\nrate = 0.1\nname = 'a'\nsteps = [1, 2]\n"
    plan = load_config(written(tmp_path, text)).plan
    assert plan["large_contract_value"] == Decimal(500_000)
    assert str(plan["rate"]) == "0.1"
    assert isinstance(plan["steps"][0], Decimal)


def test_the_plan_has_the_values_of_the_file_and_no_others(tmp_path: Path) -> None:
    plan = load_config(written(tmp_path, "[plan]\nother = 1\n")).plan
    assert plan == {"other": Decimal(1)}


def test_the_files_roles_are_all_the_roles(tmp_path: Path) -> None:
    text = "[roles.chef]\nsv = 'Chef'\nen = 'Boss'\n"
    assert list(load_config(written(tmp_path, text)).roles) == ["chef"]


def test_company_days_are_sorted_dates(tmp_path: Path) -> None:
    text = "[calendar]\ncompany_days = [2027-05-07, 2026-12-23]\n"
    days = load_config(written(tmp_path, text)).calendar.company_days
    assert days == (date(2026, 12, 23), date(2027, 5, 7))


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("[web]\nprot = 1", "web.prot", "web.port"),
        ("[wbe]\nport = 1", "wbe", "web"),
        ("[limits]\nxml_byte = 1", "limits.xml_byte", "limits.xml_bytes"),
        ("[roles.chef]\nsv = 'Chef'\nen = 'Boss'\nse = 'x'", "roles.chef.se", "roles.chef.sv"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_one(
    tmp_path: Path, text: str, key: str, nearest: str
) -> None:
    error = refused(tmp_path, text)
    assert error.params == {"key": key, "nearest": nearest}
    assert key in error.message
    assert nearest in error.message


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[web]\nport = '8000'", "web.port"),
        ("[web]\nport = true", "web.port"),
        ("[web]\nport = 70000", "web.port"),
        ("[web]\nhttps = 1", "web.https"),
        ("[company]\nname = ''", "company.name"),
        ("[cases]\nfirst_process = 1", "cases.first_process"),
        ("[calendar]\nzone = 'Europe/Stokholm'", "calendar.zone"),
        ("[calendar]\ncountry = 'Sverige'", "calendar.country"),
        ("[calendar]\ncompany_days = ['2026-12-23']", "calendar.company_days"),
        ("[calendar]\ncompany_days = [2026-12-23T00:00:00]", "calendar.company_days"),
        ("[limits]\nsteps = 0", "limits.steps"),
        ("[plan]\nvalue = nan", "plan.value"),
        ("[plan]\n'två ord' = 1", "plan.två ord"),
        ("[roles]\nchef = 'Chef'", "roles.chef"),
        ("[roles.Chef]\nsv = 'Chef'\nen = 'Boss'", "roles.Chef"),
        ("[roles.chef]\nsv = 'Chef'", "roles.chef.en"),
        ("web = 3", "web"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_what_is_expected(
    tmp_path: Path, text: str, key: str
) -> None:
    error = refused(tmp_path, text)
    assert error.params["key"] == key
    assert error.params["expected"] in error.message
    assert key in error.message


def test_a_missing_file_and_a_broken_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "none.toml")
    assert "not a TOML file" in refused(tmp_path, "[web\n").message
