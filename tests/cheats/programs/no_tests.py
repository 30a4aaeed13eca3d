# about: a right program whose tests check nothing: that is no pass
# row: C15
# task: nothing
# expect: infra_error
def nothing(value):
    return value
