"""Settings are read anew when they change; a wrong one is named and changes nothing."""

from __future__ import annotations

import pytest

from synthd.daemon.config import BadConfig


async def test_the_users_file_is_read_anew_and_a_wrong_one_changes_nothing(house, soon):
    async with house.watching() as watching:
        configs = watching.configs
        told: list[str] = []
        configs.subscribe(lambda change: told.append(change.problem))
        assert configs.settings.max_programs == 24

        house.write("config/config.toml", "max_programs = 7\n")  # the folder is new, too
        await soon(lambda: configs.settings.max_programs == 7)
        assert told == [""]

        house.write("config/config.toml", "max_programs = 9\nmax_program = 3\n")
        await soon(configs.problems)
        (problem,) = configs.problems()
        assert str(house.config) in problem
        assert "'max_program'" in problem and "Did you mean 'max_programs'" in problem
        assert configs.settings.max_programs == 7
        assert told[-1] == problem
        assert watching.status()["config_problems"] == [problem]

        house.write("config/config.toml", "max_programs = \n")
        await soon(lambda: "not valid TOML" in configs.problems()[0])
        house.write("config/config.toml", "max_programs = 9\n")
        await soon(lambda: configs.settings.max_programs == 9)
        assert configs.problems() == [] and told[-1] == ""


async def test_a_workspaces_files_count_while_it_is_open_and_only_for_it(house, soon, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    house.write("one/synthd.toml", "max_programs = 3\n")
    house.write("two/pyproject.toml", "[tool.synthd]\nmax_programs = 4\n")

    async with house.watching() as watching:
        configs = watching.configs

        def programs(workspace) -> int:
            return configs.load(workspace, {}, {}).settings.max_programs

        await configs.open(one)
        await configs.open(two)
        assert (programs(one), programs(two), programs(None)) == (3, 4, 24)

        house.write("one/synthd.toml", "models_dir = '/elsewhere'\n")
        house.write("two/pyproject.toml", "[tool.synthd\n")  # half written: others complain
        await soon(lambda: configs.problems(one))
        assert "may not be set by a workspace" in configs.problems(one)[0]
        assert configs.problems(two) == []
        assert (programs(one), programs(two)) == (3, 4)

        house.write("two/pyproject.toml", "[tool.synthd]\nmax_programs = 5\n")
        await soon(lambda: programs(two) == 5)
        configs.close(one)
        assert configs.problems() == []
        with pytest.raises(BadConfig):  # nobody follows it any more: it is read as it is
            programs(one)


async def test_what_is_wrong_from_the_beginning_is_told_and_the_defaults_count(house):
    house.write("config/config.toml", "[daemon]\nidle_minutes = -1\n")
    async with house.watching() as watching:
        assert "daemon.idle_minutes" in watching.configs.problems()[0]
        assert watching.configs.settings.daemon.idle_minutes == 30


async def test_what_a_session_sets_counts_over_files(house):
    house.write("config/config.toml", "max_programs = 7\n")
    async with house.watching() as watching:
        loaded = watching.configs.load(None, {"SYNTHD_MAX_PROGRAMS": "5"}, {"seed": 3})
        assert (loaded.settings.max_programs, loaded.settings.seed) == (5, 3)
        with pytest.raises(BadConfig, match="SYNTHD_MAX_PROGRAMS"):
            watching.configs.load(None, {"SYNTHD_MAX_PROGRAMS": "many"}, {})
