"""Which programs are so plain that several may be run in one process, one after the other.

Forking a process for a program costs more than running most programs. A plain program can
compute, and can reach nothing but its own values: no class, no attribute is ever set, every
attribute it reads, every builtin and every module it uses is on a list of harmless ones. So it
can leave nothing behind for the next one, and sees nothing of the one before. All others, and
all that do not end well, get a process of their own.

What is judged is the compiled code: nothing that stands in the text can be overlooked.
"""

# ruff: noqa: B905 - zip(strict=) is not in every Python that runs this
from __future__ import annotations

import builtins
import importlib
import opcode
import sys
import types
from collections.abc import AsyncIterator

_BUILTINS = """
abs all any ascii bin bool bytearray bytes callable chr complex dict divmod enumerate filter float
frozenset hash hex int isinstance issubclass iter len list map max min next oct ord pow print range
repr reversed round set slice sorted str sum tuple zip
ArithmeticError AssertionError AttributeError BaseException EOFError Exception FloatingPointError
IndexError KeyError LookupError NameError NotImplemented NotImplementedError OverflowError
RecursionError RuntimeError StopIteration TypeError UnicodeDecodeError UnicodeEncodeError
UnicodeError ValueError ZeroDivisionError Ellipsis False None True
"""
# No format and format_map: "{0.gi_frame}" reads attributes. No dunder, ever.
_METHODS = """
add append appendleft args as_integer_ratio bit_count bit_length capitalize casefold center clear
conjugate copy count decode denominator difference difference_update discard elements encode end
endswith expandtabs extend extendleft find finditer findall from_bytes fromhex fromkeys fullmatch
get group groupdict groups hex hexdigest digest imag index insert intersection
intersection_update isalnum isalpha isascii isdecimal isdigit isdisjoint isidentifier islower
isnumeric isprintable isspace issubset issuperset istitle isupper is_integer items join keys ljust
lower lstrip maketrans match maxlen most_common move_to_end numerator partition pop popitem popleft
real remove removeprefix removesuffix replace reverse rfind rindex rjust rotate rpartition rsplit
rstrip search setdefault sort span split splitlines start startswith strip sub subn subtract
swapcase symmetric_difference symmetric_difference_update title to_bytes total translate union
update upper value values zfill
"""
# Of each module what may be imported from it, or read from it.
_MODULES = {
    "typing": "Any Callable Collection Deque Dict FrozenSet Generator Generic Hashable Iterable "
    "Iterator List Literal Mapping NoReturn Optional Sequence Set Tuple Type TypeVar Union",
    "collections": "Counter OrderedDict defaultdict deque",
    "math": "acos acosh asin asinh atan atan2 atanh ceil comb copysign cos cosh degrees dist e erf "
    "erfc exp expm1 fabs factorial floor fmod frexp fsum gamma gcd hypot inf isclose isfinite "
    "isinf isnan isqrt lcm ldexp lgamma log log10 log1p log2 modf nan perm pi pow prod radians "
    "remainder sin sinh sqrt tan tanh tau trunc ulp",
    "itertools": "accumulate chain combinations combinations_with_replacement compress count cycle "
    "dropwhile filterfalse from_iterable groupby islice pairwise permutations product repeat "
    "starmap takewhile tee zip_longest",
    "functools": "cache cmp_to_key lru_cache partial reduce",
    "heapq": "heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest",
    "bisect": "bisect bisect_left bisect_right insort insort_left insort_right",
    "string": "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits octdigits "
    "punctuation whitespace printable",
    "re": "escape DOTALL I IGNORECASE M MULTILINE S",
    "hashlib": "md5 sha1 sha256 sha512",
    "__future__": "annotations",
}
_FORBIDDEN = ("STORE_ATTR", "DELETE_ATTR", "MATCH_CLASS", "IMPORT_STAR", "LOAD_BUILD_CLASS")


class Plainness:
    """The lists, made once. Costs some milliseconds."""

    def __init__(self) -> None:
        self.allowed = frozenset([*_BUILTINS.split(), *_METHODS.split(), *_MODULES])
        self.allowed |= {name for names in _MODULES.values() for name in names.split()}
        # A method may have the name of a builtin that is on no list.
        self.allowed -= frozenset(dir(builtins)) - frozenset(_BUILTINS.split())
        self._known = frozenset(_known()) - self.allowed
        names = opcode.opmap
        self._opcodes = frozenset(names[name] for name in _FORBIDDEN if name in names)
        self._import, self._extended = names["IMPORT_NAME"], names["EXTENDED_ARG"]

    def holds(self, code: types.CodeType) -> bool:
        """Nothing in it, nor in the functions in it, is beyond what the lists allow.

        A name that is on no list and that nothing reachable has as an attribute can only be the
        program's own.
        """
        for name in code.co_names:
            if name not in self.allowed and (name in self._known or name.startswith("_")):
                return False
        operations = code.co_code[::2]
        if not self._opcodes.isdisjoint(operations):
            return False
        if self._import in operations and not self._imported(code) <= _MODULES.keys():
            return False
        return all(self.holds(c) for c in code.co_consts if isinstance(c, types.CodeType))

    def _imported(self, code: types.CodeType) -> set[str]:
        """The modules that it imports; a name in co_names may also be a variable's."""
        found: set[str] = set()
        extended = 0
        for operation, argument in zip(code.co_code[::2], code.co_code[1::2]):
            argument |= extended
            extended = argument << 8 if operation == self._extended else 0
            if operation == self._import:
                found.add(code.co_names[argument])
        return found


def supported() -> bool:
    """Whether this Python's code is one that is known here."""
    return sys.implementation.name == "cpython" and (3, 8) <= sys.version_info[:2] <= (3, 14)


def _known() -> set[str]:
    """Every attribute of what a plain program can have in its hands, and every builtin."""

    async def coroutine() -> None: ...

    async def generator() -> AsyncIterator[None]:
        yield

    owners: list[object] = [builtins, types, *vars(builtins).values(), *vars(types).values()]
    for name, members in _MODULES.items():
        module = importlib.import_module(name)
        owners += [module, *(getattr(module, member, None) for member in members.split())]
    made = coroutine()
    owners += [made, generator(), coroutine, coroutine.__code__, iter([]), zip(), _known, owners]
    owners += [{}.keys(), {}.values(), {}.items(), 1, "", b"", 1.0, 1j, set(), range(1)]
    compiled = importlib.import_module("re").compile("a")
    owners += [compiled, compiled.match("a"), compiled.finditer("a")]
    owners += [importlib.import_module("hashlib").md5(usedforsecurity=False)]
    functools = importlib.import_module("functools")
    owners += [functools.lru_cache(_known), functools.cmp_to_key(max)(1)]
    made.close()
    found: set[str] = set()
    for owner in owners:
        found.update(dir(owner), dir(type(owner)))
    return found
