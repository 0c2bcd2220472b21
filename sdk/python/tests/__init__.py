"""Tests of the SDK: `python -m unittest discover -s tests -t .` in sdk/python.

The Python must have componentize-py, for the bindings of the contract.
"""
