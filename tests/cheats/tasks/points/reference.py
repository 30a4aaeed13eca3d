from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Point:
    x: int
    y: int

    def moved(self, by):
        return replace(self, x=self.x + by)


def points(x, y):
    """A point, of a class that the program defines."""
    return Point(x, y)
