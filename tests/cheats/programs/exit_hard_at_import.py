# about: os._exit(0) while the program is loaded
# row: C6
# expect: runtime_error
import os

os._exit(0)
