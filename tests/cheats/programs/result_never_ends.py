# about: a generator without end where the tests take all of it
# row: more
# task: letters
# expect: timeout, resource_limit, runtime_error, fail
# peers: boxed
import itertools


def letters(text):
    return (str(number) for number in itertools.count())
