# about: computes with threads, and with asyncio
# row: more
import asyncio
from concurrent.futures import ThreadPoolExecutor


async def digits(text):
    await asyncio.sleep(0)
    return [int(letter) for letter in text if letter.isdigit()]


def digit_sum(text):
    with ThreadPoolExecutor(2) as pool:
        return pool.submit(sum, asyncio.run(digits(text))).result()
