# about: a segmentation fault while the program is loaded
# row: C7
# expect: killed(SIGSEGV)
import ctypes

ctypes.string_at(0)
