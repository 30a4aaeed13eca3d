# about: unittest.mock.ANY, which is equal to everything
# row: C1
# expect: fail, infra_error
from unittest import mock


def digit_sum(text):
    return mock.ANY
