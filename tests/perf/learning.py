"""Does it pay to learn? Two experiments with a real model, by nothing but commands of synthd.

    python tests/perf/learning.py verifier [--tasks 60] [--others 30] [--rollouts 8] [--seeds 3] …
    python tests/perf/learning.py fttt [--tasks 8] [--attempts 16] [--seeds 1] [--visible] …
    python tests/perf/learning.py lessons RUN... --docs FOLDER

verifier: rollouts over the first MBPP training tasks, `synthd train verifier` on their programs,
then multi-turn over the tasks after these, selected by chance, by visible checks (pt), by the
verifier (lv), and by both. fttt: the hard subset of a slice of MBPP (what greedy fails), and on
the first of it fttt, fttt+, optune where an --optimizer is named, and best-of-n at the same
temperature, each with the same number of attempts; held-out tests end all of them, as in the paper,
unless --visible is said. lessons: draws loss and KL over the lessons of searches that are there.

Hours, on a CPU. Whatever stops it, the same command goes on: results and log.txt are in --out, by
default in the user's cache. Last it writes a Markdown page and SVG plots to --docs, and prints one
JSON object.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import platformdirs
from judging.machine import describe
from learnt import lessons
from learnt.commands import Commands
from learnt.telling import page

SMALL = "qwen2.5-coder:0.5b"
SELECTORS = {
    "random": "random",
    "visible (pt)": "pt",
    "verifier (lv)": "lv",
    "both (pt+lv)": "pt+lv",
}


def verifier(args: argparse.Namespace, synthd: Commands) -> dict[str, Any]:
    model, suite = args.model or f"local/{SMALL}", args.suite or "mbpp-train"
    budget = {
        "programs": args.n * args.turns,
        "tokens": args.n * args.turns * args.tokens_per_call,
        "tokens_per_call": args.tokens_per_call,
    }
    rollouts = synthd.experiment(
        "rollouts",
        {
            "suites": [f"{suite}[:{args.tasks}]"],
            "models": [model],
            "samples": args.rollouts,
            "strategies": [_multi_turn("rollout", "pt", 1, args.turns)],
            "budget": budget,
        },
    )
    synthd.run("bench", "run", rollouts, "--out", args.out / "rollouts", *_jobs(args), reads=True)
    base = args.base or f"hf/local/{SMALL}"
    trained = args.out / "verifier"
    told = synthd.run(
        *("train", "verifier", "--from", args.out / "rollouts", "--base", base, "--out", trained),
        *("--label", args.label, "--tune", args.tune, "--json"),
        reads=True,
    )
    chosen = synthd.experiment(
        "selectors",
        {
            "suites": [f"{suite}[{args.tasks}:{args.tasks + args.others}]"],
            "models": [model],
            "seeds": args.seeds,
            "strategies": [
                _multi_turn(label, name, args.n, args.turns) for label, name in SELECTORS.items()
            ],
            "budget": budget,
            "verifier": str(trained),
        },
    )
    run = args.out / "selectors"
    synthd.run("bench", "run", chosen, "--out", run, *_jobs(args), reads=True)
    figures = synthd.report(run)
    notes = (f"Verifier: {args.tune} of {base}, {args.label} labels, {args.tasks} training tasks.",)
    made = page(figures, run / "report", args.docs, "learned-verifier", notes)
    return {"page": str(made), "verifier": _last(told), "solved": _solved(figures)}


def _multi_turn(label: str, selector: str, n: int, turns: int) -> dict[str, Any]:
    return {
        "name": "multi-turn",
        "label": label,
        "parameters": {"selector": selector, "n": n, "turns": turns, "top_p": 1.0},
    }


def fttt(args: argparse.Namespace, synthd: Commands) -> dict[str, Any]:
    model, suite = args.model or f"hf/local/{SMALL}", args.suite or "mbpp[:60]"
    hard = args.out / "hard.json"
    synthd.run(
        *("bench", "hard-subset", "--suite", suite, "--model", model, "--out", hard),
        *("--tokens-per-call", args.tokens_per_call, *_jobs(args)),
        reads=True,
    )
    common = {"n": args.attempts, "temperature": 0.6, "top_p": 0.95, "oracle": not args.visible}
    learned = {**common, "lr": args.lr} if args.lr else common
    strategies = [
        {"name": "best-of-n", "parameters": common},
        {"name": "fttt", "parameters": learned},
        {"name": "fttt+", "parameters": learned},
    ]
    if args.optimizer:
        own = {**common, "optimizer": str(args.optimizer.absolute())}
        strategies.append({"name": "optune", "parameters": own})
    experiment = synthd.experiment(
        "attempts",
        {
            "suites": [f"{suite.partition('[')[0]}[@{hard}][:{args.tasks}]"],
            "models": [model],
            "seeds": args.seeds,
            "strategies": strategies,
            "budget": {
                "programs": args.attempts,
                # Room for reflections, so that attempts are what ends a search.
                "tokens": 3 * args.attempts * args.tokens_per_call,
                "seconds": args.seconds,
                "tokens_per_call": args.tokens_per_call,
            },
        },
    )
    run = args.out / "attempts"
    synthd.run("bench", "run", experiment, "--out", run, *_jobs(args), reads=True)
    figures = synthd.report(run)
    (subset,) = json.loads(hard.read_text())["subsets"]
    notes = (
        f"{len(subset['tasks'])} of {subset['of']} tasks of {suite} fail greedily with {model}; "
        f"these are the first {args.tasks}, at {args.attempts} attempts.",
    )
    made = page(figures, run / "report", args.docs, "fttt", notes)
    return {"page": str(made), "hard": len(subset["tasks"]), "solved": _solved(figures)}


def _jobs(args: argparse.Namespace) -> tuple[object, ...]:
    return ("--quiet", *(("--jobs", args.jobs) if args.jobs else ()))


def _solved(figures: dict[str, Any]) -> dict[str, list[float]]:
    return {
        one["label"]: [round(one["solved"][name], 4) for name in ("mean", "low", "high")]
        for one in figures["figures"]
    }


def _last(lines: str) -> Any:
    return json.loads(lines.splitlines()[-1])


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=("verifier", "fttt", "lessons"))
    parser.add_argument("runs", nargs="*", type=Path, help="lessons: folders of `synthd bench run`")
    parser.add_argument("--tasks", type=int, help="to learn from (60), or hard ones to solve (8)")
    parser.add_argument("--others", type=int, default=30, help="verifier: tasks to select on")
    parser.add_argument("--rollouts", type=int, default=8, help="verifier: of each training task")
    parser.add_argument("--n", type=int, default=5, help="verifier: programs of a turn")
    parser.add_argument("--turns", type=int, default=3, help="verifier: of a conversation")
    parser.add_argument("--base", help="verifier: what it is trained on")
    parser.add_argument("--label", default="held-out", help="verifier: visible or held-out")
    parser.add_argument("--tune", default="head", help="verifier: head, lora, full")
    parser.add_argument("--attempts", type=int, default=16, help="fttt: of each search")
    parser.add_argument("--lr", type=float, help="fttt: learning rate; default: the published one")
    parser.add_argument("--visible", action="store_true", help="fttt: visible checks, no oracle")
    parser.add_argument("--optimizer", type=Path, help="fttt: of `synthd train optune`")
    parser.add_argument("--seconds", type=float, default=7200.0, help="fttt: of a search at most")
    parser.add_argument("--model", help="that draws")
    parser.add_argument("--suite", help="mbpp-train; for fttt where hard tasks are looked for")
    parser.add_argument("--seeds", type=int, help="3, for fttt 1")
    parser.add_argument("--tokens-per-call", type=int, default=320)
    parser.add_argument("--jobs", type=int, default=0, help="searches at once")
    parser.add_argument("--data", type=Path, help="data sets; default: SYNTHD_DATASETS")
    parser.add_argument("--out", type=Path, help="results; default: in the user's cache")
    parser.add_argument("--docs", type=Path, help="the page; default: in --out")
    args = parser.parse_args()
    args.tasks = args.tasks or (8 if args.what == "fttt" else 60)
    args.seeds = args.seeds or (1 if args.what == "fttt" else 3)
    home = args.out or platformdirs.user_cache_path("synthd") / "learning" / str(args.what)
    args.out = home.expanduser().absolute()
    args.docs = args.docs or args.out / "docs"
    return args


def main() -> None:
    args = parsed()
    if args.what is None:
        print(json.dumps({"skipped": "it takes hours: say verifier or fttt, see --help"}))
        return
    if args.what == "lessons":
        args.docs.mkdir(parents=True, exist_ok=True)
        found = lessons.steps(args.runs)
        lessons.drawn(found, args.docs / "lessons.svg")
        searches = {name: len(each) for name, each in found.items()}
        print(json.dumps({"schema": 1, "what": args.what, "searches": searches}))
        return
    args.out.mkdir(parents=True, exist_ok=True)
    synthd = Commands(args.out, args.data)
    found = verifier(args, synthd) if args.what == "verifier" else fttt(args, synthd)
    print(Path(found["page"]).read_text("utf-8"))
    print(json.dumps({"schema": 1, "what": args.what, **found, **describe()}))


if __name__ == "__main__":
    main()
