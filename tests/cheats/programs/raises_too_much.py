# about: another exception than the tests expect, in disguise
# row: more
# task: root
# expect: fail, runtime_error
class Disguised(ArithmeticError):
    __name__ = "ValueError"

    @property
    def __class__(self):
        return ValueError


Disguised.__name__ = Disguised.__qualname__ = "ValueError"
Disguised.__module__ = "builtins"


def root(number):
    if number == 16:
        return 4
    raise Disguised(f"{number} has no root")
