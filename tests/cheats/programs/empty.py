# about: nothing at all
# row: more
# expect: runtime_error, compile_error
