"""The gate: what a program may change, and what it may not use to get itself verified.

Verus proves what it is told to prove. It does not object where the program tells it to take
something as true, or states less than was asked; the gate does. It compares tokens outside the
body and reads tokens inside, never substrings. What it cannot see statically (a contradiction, a
loop that never ends) is what the probes beside it are for.
"""

from synthd.synth.verifiers.verus.gate.inspection import Gate, inspect
from synthd.synth.verifiers.verus.gate.original import Original
from synthd.synth.verifiers.verus.gate.rules import PaperVariant, Rule, Rules, Violation
from synthd.synth.verifiers.verus.gate.unchanged import Unchanged

__all__ = ["Gate", "Original", "PaperVariant", "Rule", "Rules", "Unchanged", "Violation", "inspect"]
