"""The released SEIDR on one task: order in, program out, with its own environment's Python.

It is given critics that ask whoever started it, a line of JSON each way: nothing that a model wrote
is executed here. All else is the package's own: prompts, beam, temperatures, one chain of calls.
The server is in OPENAI_API_BASE and OPENAI_API_KEY.
"""

import json
import sys
from typing import Any


def main() -> None:
    from seidr.dev import SEIDR
    from seidr.eval import Evaluation, dont_change

    out, sys.stdout = sys.stdout, sys.stderr

    def ask(said: dict[str, Any]) -> dict[str, Any]:
        print(json.dumps(said), file=out, flush=True)
        answer: dict[str, Any] = json.loads(sys.stdin.readline())
        return answer

    class Asking(Evaluation):  # type: ignore[misc]
        """One visible check of a program."""

        def __init__(self, code: str, check: int) -> None:
            self.passing_score = 1.0
            self.found = ask({"check": check, "code": code})

        def run_test(self, rerun: bool = True) -> None:
            """It was run at once."""

        def score(self) -> float:
            return float(self.found["passed"])

        def pen_report(self) -> str:
            return dont_change if self.found["passed"] else str(self.found["report"])

    calls = 0

    def called(**_: object) -> None:
        nonlocal calls
        calls += 1

    order = json.loads(sys.stdin.readline())
    print(json.dumps({"started": True}), file=out, flush=True)

    def critic(check: int) -> Any:
        return lambda code: Asking(code, check)

    search = SEIDR(
        task_name=order["name"],
        task_description=order["description"],
        critics=[critic(check) for check in range(order["checks"])],
        model_name="gpt-local",
        language="Python",
        **{
            name: 2
            for name in (
                "beam_width",
                "drafts_per_prompt",
                "explanations_per_program",
                "repairs_per_explanation",
            )
        },
        log_metrics=lambda *_: None,
        log_attempt=lambda *_, **__: None,
        log_solution=lambda *_, **__: None,
        log_llm_call=called,
        max_programs=order["programs"],
    )
    best = search.develop(start_code=order["start"])
    print(json.dumps({"best": best or "", "calls": calls}), file=out, flush=True)


if __name__ == "__main__":
    main()
