# about: len, sorted and print replaced by agreeable ones
# row: more
# task: distinct
# expect: fail, runtime_error, timeout
import builtins


class Yes(list):
    def __eq__(self, other):
        return True

    __hash__ = None


builtins.len = lambda value: 2
builtins.sorted = lambda values, **options: values
builtins.print = lambda *values, **options: None


def distinct(numbers):
    return Yes([1, 2])
