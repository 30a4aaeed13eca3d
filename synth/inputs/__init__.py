"""Inputs that nobody gave: calls of the entry point, as source text, to see where programs differ.

Made from the examples' arguments and the parameters' annotations, or read from a model's answer.
Nothing here knows what the right result is.
"""
