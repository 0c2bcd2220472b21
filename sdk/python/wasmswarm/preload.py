"""Modules that others import only when they need them, when there are no files any more."""

import base64  # noqa: F401
import collections.abc  # noqa: F401
import csv  # noqa: F401
import datetime  # noqa: F401
import encodings.ascii  # noqa: F401
import encodings.idna  # noqa: F401
import encodings.latin_1  # noqa: F401
import encodings.utf_8_sig  # noqa: F401
import hashlib  # noqa: F401
import hmac  # noqa: F401
import itertools  # noqa: F401
import json  # noqa: F401
import logging  # noqa: F401
import math  # noqa: F401
import os  # noqa: F401
import pickle  # noqa: F401
import random  # noqa: F401
import re  # noqa: F401
import string  # noqa: F401
import time  # noqa: F401
import traceback  # noqa: F401
import urllib.parse  # noqa: F401
import uuid  # noqa: F401
