import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.cli import main
from app.settings import Settings


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    told = capsys.readouterr()
    return int(str(left.value.code)), told.out, told.err


@pytest.fixture(autouse=True)
def same_store(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_DATA_DIR", str(settings.data_dir))


def test_store_without_tables_names_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSAY_DATA_DIR", str(tmp_path / "empty"))
    code, out, err = run(capsys, "user", "link", "ana@example.org")
    assert (code, out) == (2, "")
    assert "Run `assay migrate` first" in err


def test_bad_person_is_refused_with_one_line_per_fault(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "user", "add", "x", "--name", "X", "--role", "king")
    assert (code, out, len(err.splitlines())) == (2, "", 2)


def test_unknown_person_gets_no_link_and_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["user", "link", "x@example.org"], ["token", "create", "x@example.org", "--name", "t"]):
        code, out, err = run(capsys, *words)
        assert (code, out) == (2, "")
        assert "Add them with `assay user add`" in err


def test_added_person_enters_by_the_printed_link_and_the_token_answers(
    capsys: pytest.CaptureFixture[str], client: TestClient
) -> None:
    words = ["user", "add", "Ana@example.org", "--name", "Ana", "--role", "reader", "--role", "approver"]
    code, out, _ = run(capsys, *words, "--json")
    told = json.loads(out)
    assert (code, told["schema"], told["roles"]) == (0, "assay.user/1", ["approver", "reader"])
    assert run(capsys, *words)[0] == 2
    assert client.post("/enter/" + told["link"].rpartition("/")[2]).status_code == 303
    code, out, _ = run(capsys, "user", "link", "ana@example.org", "--hours", "1", "--password")
    assert (code, out.count("\n"), "/enter/" in out) == (0, 1, True)
    code, out, _ = run(capsys, "token", "create", "ana@example.org", "--name", "export", "--scope", "write")
    client.cookies.clear()
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {out.strip()}"}).json()
    assert (code, me["email"], me["scopes"]) == (0, "ana@example.org", ["read", "write"])
