"""What goes wrong with an edit of weights. str() is for users: what, and what to do.

CannotTune (synth/learning/tuned.py)
├── NothingToEdit    the model has not the matrices that are edited
└── WrongOptimizer   there is none, it is damaged, or it was trained for another base
"""

from __future__ import annotations

from synthd.synth.learning.tuned import CannotTune


class NothingToEdit(CannotTune):
    pass


class WrongOptimizer(CannotTune):
    pass
