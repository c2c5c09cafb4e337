"""Prints one step of the scenario as a line of JSON."""
import datetime
import decimal
import json


def _plain(value):
    if isinstance(value, (datetime.date, decimal.Decimal)):
        return str(value)
    raise TypeError(type(value))


def say(step, value):
    print(json.dumps({"step": step, "value": value}, default=_plain), flush=True)
