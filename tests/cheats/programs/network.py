# about: talks over the network: here, to itself
# row: more
# expect: runtime_error, fail
import socket


def digit_sum(text):
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as end:
            other, _ = server.accept()
            other.sendall(text.encode() + b"\n")
            text = end.makefile().readline()
            other.close()
    return sum(int(letter) for letter in text if letter.isdigit())
