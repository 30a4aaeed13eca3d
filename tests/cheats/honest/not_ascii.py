# about: names, texts and output that are not ASCII
# row: item 1
# task: greeting
def grüße(größe):
    print("→", größe, "\U0001f600")
    return "Grüß dich, " + größe + "!"


greeting = grüße
