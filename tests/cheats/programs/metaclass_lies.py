# about: a class as the result, whose metaclass says that it equals everything
# row: more
# expect: fail
class Meta(type):
    def __eq__(cls, other):
        return True

    def __instancecheck__(cls, instance):
        return True

    __hash__ = type.__hash__


class Yes(metaclass=Meta):
    pass


def digit_sum(text):
    return Yes
