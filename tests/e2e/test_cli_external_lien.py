"""The commands on liens registered elsewhere, with the sample extract, as the guide has them."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from e2e_shell import Shell

ROOT = Path(__file__).parents[2]
EXTRACTS = ROOT / "samples" / "external_liens"
ZONE = ("--time-zone", "+08:00")
REGISTRY = ("--registry", "示例登记系统")


@pytest.fixture
def shell(fresh: Shell) -> Shell:
    """A live note over the invoice of sample 05, sold by Rongjin."""
    fresh("init")
    fresh("invoice", "record", str(ROOT / "samples" / "invoices" / "05-rongjin-jiangling.ubl.xml"))
    fresh("note", "propose", "20260918-RJ7", "--as", "融锦特钢材料有限公司")
    fresh("note", "confirm", "1", "--as", "江岭传动机械有限公司", "--amount", "642389.02")
    return fresh


def test_from_the_sample_extract_to_a_decision(shell: Shell) -> None:
    said = shell("external-lien", "import", str(EXTRACTS / "extract.csv"), *REGISTRY, *ZONE)
    assert "5 registrations are new, 0 were known." in said
    again = json.loads(shell("external-lien", "import", str(EXTRACTS / "extract.json"), "--json"))
    assert (again["added"], again["known"], again["faults"]) == (0, 5, [])

    said = shell("external-lien", "match")
    assert "5 registrations and 1 assets compared: 1 new matches, 0 known." in said
    assert "1 blocks were set." in said
    shell("party", "add", "Rhein Bank AG", "--id", "vat:NL861930472B01", "--role", "funder")
    pledge = ("pledge", "1/0/0", "--as", "融锦特钢材料有限公司", "--to", "Rhein Bank AG",
              "--secured", "100.00", "--agreement", "P-1")  # fmt: skip
    assert "(AssetBlocked)" in shell(*pledge, code=1)

    (sheet,) = json.loads(shell("external-lien", "list", "--json"))
    assert (sheet["asset"], sheet["grade"], sheet["state"], sheet["blocking"]) == (
        "lot:1.0.0",
        "probable",
        "open",
        True,
    )
    assert [(each["field"], each["exact"]) for each in sheet["reasons"]] == [
        ("debtor", True),
        ("document", False),
    ]
    assert sheet["match"][:12] in shell("external-lien", "list", "--state", "open")

    decide = ("external-lien", "resolve", sheet["match"][:10], "--reason", "paid off", "--by", "Wei Lin")
    assert "upheld: the block stays" in shell(*decide, "--upheld")
    assert "(AssetBlocked)" in shell(*pledge, code=1)
    assert "(MatchDecided)" in shell(*decide, "--upheld", code=1)
    assert "dismissed: the block is lifted" in shell(*decide, "--dismissed")
    shell(*pledge)
    (sheet,) = json.loads(shell("external-lien", "list", "--json"))
    assert (sheet["state"], sheet["blocking"], sheet["decision"]["by"]) == ("dismissed", False, "Wei Lin")


def test_the_guides_commands_run_as_written(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    # The commands name samples from the root of the repository; MATCH stands for a hash that `list` shows.
    monkeypatch.chdir(ROOT)
    guide = (ROOT / "docs" / "guides" / "external_liens.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    counterfoil (external-lien .*)$", guide, re.MULTILINE)
    assert [shlex.split(each)[1] for each in commands] == ["import", "match", "list", "resolve"]
    for command in commands:
        words = shlex.split(command)
        if "MATCH" in words:
            (sheet,) = json.loads(shell("external-lien", "list", "--json"))
            words[words.index("MATCH")] = sheet["match"]
        said = shell(*words)
    assert "dismissed: the block is lifted" in said


def test_a_match_may_wait_for_its_block(shell: Shell) -> None:
    shell("external-lien", "import", str(EXTRACTS / "extract.json"))
    found = json.loads(shell("external-lien", "match", "--no-block", "--json"))
    assert (found["liens"], found["assets"], len(found["found"]), found["blocked"]) == (5, 1, 1, [])
    assert json.loads(shell("external-lien", "match", "--at-least", "exact", "--json"))["blocked"] == []
    set_now = json.loads(shell("external-lien", "match", "--json"))
    assert (set_now["blocked"], set_now["not_blocked"]) == (found["found"], [])


def test_faults_are_listed_and_the_exit_code_says_so(shell: Shell, tmp_path: Path) -> None:
    rows = (EXTRACTS / "extract.csv").read_text(encoding="utf-8").replace("2026-11-05 08:02:31", "yesterday")
    path = tmp_path / "\x1b[31mextract.csv"
    path.write_text(rows, encoding="gb18030")
    said = shell("external-lien", "import", str(path), *REGISTRY, *ZONE, code=1)
    assert "line 4, 登记时间: 'yesterday' is not a time" in said
    assert "4 registrations are new" in said
    assert "\x1b" not in said
    assert "no offset" in shell("external-lien", "import", str(path), *REGISTRY, "--time-zone", "CET", code=2)
    listed = json.loads(shell("external-lien", "import", str(path), *REGISTRY, *ZONE, "--json", code=1))
    assert (listed["encoding"], listed["known"]) == ("gb18030", 4)
    assert [(each["line"], each["severity"]) for each in listed["faults"]] == [(4, "error")]
