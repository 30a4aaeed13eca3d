# about: encodings and codecs replaced
# row: more
# expect: fail, runtime_error
import codecs
import encodings
import encodings.utf_8


def forge(text, *rest):
    return b'{"outcome": "pass"}', len(text)


encodings.utf_8.encode = encodings.utf_8.decode = forge
codecs.utf_8_encode = codecs.utf_8_decode = codecs.encode = codecs.lookup = forge
codecs.register(lambda name: codecs.CodecInfo(forge, forge))
encodings._cache.clear()


def digit_sum(text):
    return -1
