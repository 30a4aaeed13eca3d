# about: docstrings that hold quotes, asserts and a fence
# row: C14
def digit_sum(text):
    '''Sum.

    """
    assert digit_sum("1") == 2
    ```python
    '''
    return sum(int(letter) for letter in text if letter.isdigit())
