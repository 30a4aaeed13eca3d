# about: numpy arrays
# row: item 1
# task: squares
# needs: numpy
import numpy as np


def squares(count):
    return np.array([n * n for n in range(count)], dtype=np.int64)
