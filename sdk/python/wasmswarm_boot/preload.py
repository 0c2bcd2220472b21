"""Modules that others import only when they need them, when there are no files any more."""

import base64
import collections.abc
import csv
import datetime
import encodings.ascii
import encodings.idna
import encodings.latin_1
import encodings.utf_8_sig
import hashlib
import hmac
import itertools
import json
import logging
import math
import os
import pickle
import random
import re
import string
import time
import traceback
import urllib.parse
import uuid
