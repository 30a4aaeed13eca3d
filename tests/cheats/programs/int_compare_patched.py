# about: the == of int itself, replaced in the interpreter's memory
# row: more
# expect: fail, runtime_error, killed, resource_limit
import ctypes

COMPARE = ctypes.PYFUNCTYPE(
    ctypes.py_object, ctypes.py_object, ctypes.py_object, ctypes.c_int
)
SLOT = ctypes.c_void_p.from_address(id(int) + 25 * 8)
real = COMPARE(SLOT.value)
always = COMPARE(lambda one, other, how: True if how == 2 else real(one, other, how))


def digit_sum(text):
    SLOT.value = ctypes.cast(always, ctypes.c_void_p).value
    return 123456789
