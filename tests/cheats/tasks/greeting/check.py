def check(candidate):
    assert candidate("Zoë") == "Grüß dich, Zoë!"
    assert candidate("") == "Grüß dich, !"
    assert candidate("日本") == "Grüß dich, 日本!"
    assert candidate("\U0001f600") == "Grüß dich, \U0001f600!"
