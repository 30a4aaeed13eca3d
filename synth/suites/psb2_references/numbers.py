"""PSB2's problems about single numbers."""


def bouncing_balls(height: float, bounce: float, bounces: int) -> float:
    ratio = bounce / height
    distance = 0.0
    for _ in range(bounces):
        distance += height + height * ratio
        height *= ratio
    return distance


def coin_sums(cents: int) -> tuple[int, int, int, int]:
    counts = []
    for worth in (25, 10, 5, 1):
        counts.append(cents // worth)
        cents %= worth
    quarters, dimes, nickels, pennies = counts
    return pennies, nickels, dimes, quarters


def dice_game(n: int, m: int) -> float:
    wins = 0
    for peter in range(1, n + 1):
        wins += min(peter - 1, m)
    return wins / (n * m)


def fizz_buzz(x: int) -> str:
    if x % 15 == 0:
        return "FizzBuzz"
    if x % 3 == 0:
        return "Fizz"
    if x % 5 == 0:
        return "Buzz"
    return str(x)


def gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def snow_day(hours: int, snow: float, fall: float, melt: float) -> float:
    # The data melts first and then adds, whatever the description says.
    for _ in range(hours):
        snow -= snow * melt
        snow += fall
    return snow


def square_digits(number: int) -> str:
    squares = []
    for digit in str(number):
        squares.append(str(int(digit) * int(digit)))
    return "".join(squares)
