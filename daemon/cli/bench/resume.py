"""`synthd bench resume`: what a folder's own experiment still lacks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

from synthd.daemon import config
from synthd.daemon.bench.folder import meaning
from synthd.daemon.bench.folder.layout import Layout
from synthd.daemon.cli.bench.run import Options, search
from synthd.daemon.cli.running import finish
from synthd.daemon.exits import Exit
from synthd.daemon.locations import user_config_file


def main(folder: Path, options: Options) -> NoReturn:
    finish(lambda: _main(folder, options))


async def _main(folder: Path, options: Options) -> Exit:
    layout = Layout(folder)
    layout.exists()
    experiment = meaning.read(layout.experiment)
    settings = config.load(Path.cwd(), user_config_file(), os.environ, {}).settings
    return await search(experiment, folder, options, settings, os.environ)
