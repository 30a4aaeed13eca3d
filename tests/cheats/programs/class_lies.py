# about: an object that says its __class__ is list
# row: more
# task: distinct
# expect: fail
class NoList:
    @property
    def __class__(self):
        return list

    def __len__(self):
        return 2

    def __iter__(self):
        return iter((4, 5))

    def __getitem__(self, key):
        return [1, 2]

    def __eq__(self, other):
        return True

    __hash__ = None


def distinct(numbers):
    return NoList()
