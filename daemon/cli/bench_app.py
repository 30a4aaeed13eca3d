"""`synthd bench …`: every command with its options. What they do is imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from synthd.daemon.cli.bench_folder_app import bench_folder_app
from synthd.daemon.cli.bench_hard_app import bench_hard_app
from synthd.daemon.cli.bench_report_app import bench_report_app
from synthd.daemon.cli.options import Data, Json, Sets, Unsafe

bench_app = typer.Typer(
    help="Runs searches over benchmark suites: resumable, compared, reported.",
    no_args_is_help=True,
)
bench_app.add_typer(bench_folder_app)
bench_app.add_typer(bench_report_app)
bench_app.add_typer(bench_hard_app)
Knob = Annotated[int | None, typer.Option(min=1, help="seidr's, as in its paper.")]
Shards = Annotated[int, typer.Option(min=1, help="slurm: how many jobs.")]
SlurmOptions = Annotated[
    list[str] | None,
    typer.Option(help="Of a job: partition=gpu, time=2:00:00, cpus=8, mem=16G. Repeatable."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Nothing but problems and the table.")]


@bench_app.command("run")
def run(
    file: Annotated[
        Path | None, typer.Argument(metavar="[EXPERIMENT.toml]", help="Instead of the options.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the run; one that is there is continued."),
    ] = None,
    suite: Annotated[
        list[str] | None,
        typer.Option(
            help="humaneval, mbpp[:50], humaneval[HumanEval/3], mbpp[@hard.json]. Repeatable."
        ),
    ] = None,
    strategy: Annotated[
        list[str] | None,
        typer.Option(help="NAME[,NAME…]; also greedy and sampling, a program each. Repeatable."),
    ] = None,
    set_: Sets = None,
    model: Annotated[list[str] | None, typer.Option(help="E.g. ollama/NAME. Repeatable.")] = None,
    endpoint: Annotated[
        list[str] | None,
        typer.Option(help="Server of the model; several share the work. Repeatable."),
    ] = None,
    model_slots: Annotated[
        int | None, typer.Option(min=1, help="Completions that one endpoint draws at once.")
    ] = None,
    price: Annotated[
        str | None, typer.Option(help="PROMPT,COMPLETION in dollars for a million tokens.")
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=1, help="Independent searches a task. Default: 1.")
    ] = None,
    seeds: Annotated[str | None, typer.Option(help="How many, or which: 0,7. Default: 1.")] = None,
    max_programs: Annotated[
        int | None, typer.Option(min=1, help="Of each search. Default: 64.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Completion tokens of each search. Default: 8192.")
    ] = None,
    max_seconds: Annotated[
        float | None, typer.Option(min=0.1, help="A last resort. Default: 3600.")
    ] = None,
    tokens_per_call: Annotated[
        int | None, typer.Option(min=1, help="Longest completion. Default: 1024.")
    ] = None,
    search_slots: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Completions a search draws at once. Default: 1: speed decides nothing.",
        ),
    ] = None,
    verifier: Annotated[
        Path | None,
        typer.Option(help="Folder of a trained verifier, for strategies that rank by one."),
    ] = None,
    drafts_per_prompt: Knob = None,
    explanations_per_program: Knob = None,
    repairs_per_explanation: Knob = None,
    beam_width: Knob = None,
    lexicase: Annotated[bool, typer.Option("--lexicase", help="seidr's, as in its paper.")] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", "-j", min=1, help="Searches at once. Default: twice the model's slots."
        ),
    ] = None,
    judges: Annotated[
        int | None, typer.Option(min=1, help="Processes that judge. Default: one a processor.")
    ] = None,
    data: Data = None,
    shard: Annotated[
        str | None, typer.Option(help="I/N: only this part, I from 0; or env: as the cluster says.")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="local; ray, over a cluster; slurm, as an array of jobs.")
    ] = "local",
    ray_address: Annotated[
        str | None, typer.Option(help="Of a Ray cluster. Without it one is started here.")
    ] = None,
    shards: Shards = 8,
    slurm: SlurmOptions = None,
    resubmit: Annotated[
        int, typer.Option(min=0, help="slurm: how often a job that failed is tried again.")
    ] = 2,
    submit_only: Annotated[
        bool, typer.Option("--submit-only", help="slurm: submit the jobs, and do not wait.")
    ] = False,
    log: Annotated[
        list[str] | None,
        typer.Option(help="Also tell wandb:PROJECT, mlflow:URI or git:REMOTE. Repeatable."),
    ] = None,
    retries: Annotated[
        int, typer.Option(min=0, help="How often a search that broke is tried again.")
    ] = 2,
    answers: Annotated[
        bool, typer.Option(help="Keep the model's answers: what was cut off goes on for free.")
    ] = True,
    replay: Annotated[bool, typer.Option(help="Ask no model: only kept answers.")] = False,
    traces: Annotated[bool, typer.Option(help="Keep the events of every search.")] = True,
    quiet: Quiet = False,
    json: Json = False,
    unsafe: Unsafe = False,
) -> None:
    """Search every task of suites by strategies, and score the results by held-out tests."""
    from synthd.daemon.bench.asking import Asked
    from synthd.daemon.cli.bench import run as command
    from synthd.daemon.cli.bench.arguments import arguments_after

    knobs = {
        "drafts_per_prompt": drafts_per_prompt,
        "explanations_per_program": explanations_per_program,
        "repairs_per_explanation": repairs_per_explanation,
        "beam_width": beam_width,
        "ranking": "lexicase" if lexicase else None,
    }
    sets = [f"seidr.{name}={value}" for name, value in knobs.items() if value is not None]
    asked = Asked(
        suites=tuple(suite or ()),
        strategies=tuple(strategy or ()),
        sets=(*(set_ or ()), *sets),
        models=tuple(model or ()),
        endpoints=tuple(endpoint or ()),
        price=price,
        seeds=seeds,
        samples=samples,
        programs=max_programs,
        tokens=max_tokens,
        seconds=max_seconds,
        tokens_per_call=tokens_per_call,
        slots=search_slots,
        verifier=verifier,
    )
    command.main(
        command.Options(
            file=file,
            asked=asked,
            out=out,
            data=data,
            jobs=jobs,
            judges=judges,
            model_slots=model_slots,
            shard=shard,
            engine=engine,
            ray_address=ray_address,
            shards=shards,
            slurm=tuple(slurm or ()),
            resubmit=resubmit,
            submit_only=submit_only,
            logs=tuple(log or ()),
            arguments=arguments_after("run"),
            retries=retries,
            answers=answers,
            replay=replay,
            traces=traces,
            quiet=quiet,
            json=json,
            unsafe=unsafe,
        )
    )


@bench_app.command("suites")
def suites(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SUITE]...", help="Default: all.")
    ] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """List the suites: tasks, what steers and what scores, version and licence."""
    from synthd.daemon.cli import bench_suites as command

    raise typer.Exit(int(command.main(command.Options(tuple(names or ()), data, json))))


@bench_app.command(
    "slurm-script", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def slurm_script(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder of the run.")],
    shards: Shards = 8,
    slurm: SlurmOptions = None,
) -> None:
    """Print an sbatch script of a run, for clusters without submitit; other options as of run."""
    from synthd.daemon.cli.bench import slurm_script as command

    command.main(tuple(context.args), out, shards, tuple(slurm or ()))
