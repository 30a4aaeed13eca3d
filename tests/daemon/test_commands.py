"""doctor, models and strategies, as a user and as a script sees them."""

from __future__ import annotations

import tomllib

SECRET = "sk-this-must-never-be-shown"


def test_doctor_names_what_is_there_and_what_is_not(shell) -> None:
    shell.environment = {"OPENAI_API_KEY": SECRET}
    ended = shell.run("doctor", "--json")
    rows = {row["what"]: row for row in ended.objects}
    assert all(row["schema"] == 1 for row in ended.objects)
    assert {"Python", "project's Python", "sandbox", "weights", "Ollama", "Verus"} <= set(rows)
    assert rows["Ollama"]["state"] == "ok" and "coder" in rows["Ollama"]["found"]
    assert "OPENAI_API_KEY is set" in rows["API keys"]["found"]
    assert rows["weights"]["state"] == "optional"
    assert rows["weights"]["fix"] == "synthd models pull qwen2.5-coder:1.5b"
    assert SECRET not in ended.out + ended.err + shell.run("doctor").out


def test_doctor_fails_where_no_model_can_be_used(shell) -> None:
    shell.environment = {"SYNTHD_MODEL": "", "OLLAMA_HOST": "http://127.0.0.1:9"}
    ended = shell.run("doctor")
    assert ended.code == 3
    assert "fix: synthd models pull qwen2.5-coder:1.5b" in ended.out


def test_doctor_survives_an_interpreter_that_is_none(shell) -> None:
    ended = shell.run("doctor", "--python", "no-such-python", "--json")
    rows = {row["what"]: row for row in ended.objects}
    assert (ended.code, rows["project's Python"]["state"]) == (3, "missing")
    assert "no-such-python" in rows["project's Python"]["found"]


def test_models_are_listed_with_the_way_to_get_them(shell) -> None:
    rows = {row["name"]: row for row in shell.run("models", "list", "--json").objects}
    small = rows["local/qwen2.5-coder:0.5b"]
    assert small["bytes"] == 491_400_064
    assert small["state"] == "synthd models pull qwen2.5-coder:0.5b"
    assert rows["ollama/coder"]["default"] is True


def test_the_default_is_kept_in_the_users_config(shell) -> None:
    shell.environment = {"SYNTHD_MODEL": ""}
    path = shell.home / ".config/synthd/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("# mine\nseed = 3\n[limits]\ncpu_seconds = 2.5\n")
    assert shell.run("models", "default", "qwen2.5-coder:1.5b").code == 0
    assert shell.run("models", "default").out.strip() == "local/qwen2.5-coder:1.5b"
    assert shell.run("models", "default", "ollama/coder").code == 0
    text = path.read_text()
    assert tomllib.loads(text) == {
        "model": "ollama/coder",
        "seed": 3,
        "limits": {"cpu_seconds": 2.5},
    }
    assert "# mine" in text


def test_wrong_model_names_are_explained(shell) -> None:
    for arguments, code, says in (
        (("pull", "qwen9"), 2, "qwen2.5-coder:0.5b"),
        (("pull", "openai/gpt-4o"), 2, "remote model"),
        (("rm", "qwen2.5-coder:0.5b"), 2, "is not installed"),
        (("default", "nothing-like-it"), 2, "choose one of"),
        (("default", "local/"), 2, "is not a model name"),
    ):
        ended = shell.run("models", *arguments)
        assert (ended.code, "Traceback" in ended.err) == (code, False), ended.err
        assert says in ended.err


def test_an_offline_pull_says_what_to_do(shell) -> None:
    shell.environment = {
        "HF_ENDPOINT": "http://127.0.0.1:9",
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
        "PIP_FIND_LINKS": str(shell.home),
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_RETRIES": "0",
    }
    ended = shell.run("models", "pull", "qwen2.5-coder:0.5b")
    assert ended.code == 3
    assert "cannot be reached" in ended.err and "Traceback" not in ended.err
    assert shell.run("models", "list").out.count("installed") == 1, "only Ollama's"


def test_strategies_and_their_parameters_are_listed(shell) -> None:
    names = [row["name"] for row in shell.run("strategies", "--json").objects]
    assert {"seidr", "best-of-n", "mbr", "self-consistency", "s-star"} <= set(names)
    rows = {row["name"]: row for row in shell.run("strategies", "seidr", "--json").objects}
    assert rows["beam_width"]["default"] == 4 and rows["beam_width"]["meaning"]
    assert rows["ranking"]["type"] == "one of tournament, lexicase"


def test_help_and_version(shell) -> None:
    assert "synth" in shell.run("--help").out
    assert shell.run("--version").out.startswith("synthd 0.")
    assert shell.run("no-such-command").code == 2
