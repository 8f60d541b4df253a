"""Draws from a seed, and remembers which forms were reached."""
import random
from collections import Counter


class Draw:
    def __init__(self, seed):
        self.random, self.reached = random.Random(seed), Counter()

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def one(self, items):
        return self.random.choice(list(items))

    def some(self, items, least=1, most=None):
        items = list(items)
        count = self.random.randint(least, min(len(items), most or len(items)))
        return self.random.sample(items, count)

    def number(self, first, last):
        return self.random.randint(first, last)

    def form(self, name):
        """Counts that a form was reached."""
        self.reached[name] += 1

    def word(self, heading, words):
        """One of the words of a key, counted under the key's name."""
        word = self.one(words)
        self.form(f"{heading}: {word}")
        return word
