# about: changes its argument in place and returns nothing
# row: item 1
# task: doubled
def doubled(numbers):
    for place, number in enumerate(numbers):
        numbers[place] = number * 2
