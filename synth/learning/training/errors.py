"""How a training ends that does not reach its end. str() is for the user.

TrainingError
├── NotFinite      a loss or a gradient is no number any more
├── DiskFull       a checkpoint could not be written
├── OtherTraining  the folder holds checkpoints of another training
├── NoMemory       the device had no memory left
├── BadData        what was given to learn from is not what it should be
├── NothingToLearn no example, or no parameter that may be trained
└── Interrupted    asked to stop; the checkpoint is written
"""

from __future__ import annotations


class TrainingError(Exception):
    pass


class NotFinite(TrainingError):
    def __init__(self, step: int, what: str, lr: float) -> None:
        super().__init__(
            f"step {step}: the {what} is not finite at learning rate {lr:g}; try a smaller --lr, "
            "--clip 1, or --precision float32. The checkpoint before it is kept: "
            "start again in another folder with the new settings"
        )


class DiskFull(TrainingError):
    pass


class OtherTraining(TrainingError):
    pass


class NoMemory(TrainingError):
    pass


class NothingToLearn(TrainingError):
    pass


class BadData(TrainingError):
    pass


class Interrupted(TrainingError):
    pass
