# about: a numpy scalar
# row: item 1
# task: norm
# needs: numpy
import numpy as np


def norm(vector):
    return np.linalg.norm(vector)
