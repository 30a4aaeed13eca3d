# about: a class of its own with __slots__ and __eq__
# row: item 1
# task: points
class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)

    __hash__ = None

    def moved(self, by):
        return Point(self.x + by, self.y)


def points(x, y):
    return Point(x, y)
