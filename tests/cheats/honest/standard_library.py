# about: imports half of the standard library
# row: more
import argparse, ast, asyncio, bisect, collections, concurrent.futures, contextlib, copy, csv
import dataclasses, datetime, decimal, difflib, email.message, enum, fractions, functools, hashlib
import heapq, html, http.client, inspect, io, itertools, json, logging, math, multiprocessing
import operator, pathlib, pickle, pprint, queue, random, re, shutil, socket, sqlite3, statistics
import string, struct, subprocess, tempfile, textwrap, threading, time, typing, unittest, uuid, zlib


def digit_sum(text):
    return functools.reduce(operator.add, map(int, re.findall(r"\d", text)), 0)
