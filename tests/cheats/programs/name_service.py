# about: asks a name server, which would carry data out
# row: more
# expect: runtime_error, fail
import socket


def digit_sum(text):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.sendto(b"secret", ("127.0.0.1", 53))
    return sum(int(letter) for letter in text if letter.isdigit())
