# about: an object that is equal to everything
# row: C1
# expect: fail
class Yes:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 0


def digit_sum(text):
    return Yes()
