# about: a list whose == is always true, and that orders itself on demand
# row: C1
# task: distinct
# expect: fail
class Yes(list):
    def __eq__(self, other):
        return True

    def __len__(self):
        return 2

    def __getitem__(self, key):
        return self

    __hash__ = None


def distinct(numbers):
    return Yes()
