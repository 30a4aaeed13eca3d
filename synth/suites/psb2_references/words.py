"""PSB2's problems about text."""

# ruff: noqa: B905, RUF007 - these also run in Pythons without zip(strict=) and pairwise


def bowling(bowls: str) -> int:
    pins: list[int] = []
    for bowl in bowls:
        if bowl == "X":
            pins.append(10)
        elif bowl == "/":
            pins.append(10 - pins[-1])
        else:
            pins.append(0 if bowl == "-" else int(bowl))
    score, at = 0, 0
    for _ in range(10):
        if pins[at] == 10 and bowls[at] == "X":
            score += sum(pins[at : at + 3])
            at += 1
        else:
            spare = bowls[at + 1] == "/"
            score += sum(pins[at : at + (3 if spare else 2)])
            at += 2
    return score


def camel_case(text: str) -> str:
    groups = []
    for group in text.split(" "):
        first, *others = group.split("-")
        groups.append(first + "".join(word[:1].upper() + word[1:] for word in others))
    return " ".join(groups)


def indices_of_substring(text: str, target: str) -> list[int]:
    found = []
    for start in range(len(text) - len(target) + 1):
        if text[start : start + len(target)] == target:
            found.append(start)
    return found


def mastermind(code: str, guess: str) -> tuple[int, int]:
    black = 0
    for a, b in zip(code, guess):
        black += a == b
    either = 0
    for color in set(code):
        either += min(code.count(color), guess.count(color))
    return either - black, black


def middle_character(text: str) -> str:
    half = len(text) // 2
    return text[half] if len(text) % 2 else text[half - 1 : half + 1]


def paired_digits(digits: str) -> int:
    total = 0
    for digit, following in zip(digits, digits[1:]):
        if digit == following:
            total += int(digit)
    return total


def solve_boolean(expression: str) -> bool:
    # From left to right, in the data: neither operator binds tighter.
    value = expression[0] in "Tt"
    for operator, operand in zip(expression[1::2], expression[2::2]):
        if operator == "&":
            value = value and operand in "Tt"
        else:
            value = value or operand in "Tt"
    return value


def spin_words(text: str) -> str:
    words = []
    for word in text.split(" "):
        words.append(word[::-1] if len(word) >= 5 else word)
    return " ".join(words)


def substitution_cipher(plain: str, coded: str, message: str) -> str:
    table = dict(zip(plain, coded))
    return "".join(table[letter] for letter in message)


def twitter(tweet: str) -> str:
    if not tweet:
        return "You didn't type anything"
    if len(tweet) > 140:
        return "Too many characters"
    return f"Your tweet has {len(tweet)} characters"
