# about: returns objects that can be called
# row: item 1
# task: counter
class Count:
    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return self.calls


def counter():
    return Count()
