"""A document that is verified on save, while what a search found is verified again for it."""

from typing import Any

SLOW = '''

def slow(x):
    """
    >>> slow(1)
    1
    """
    import time
    time.sleep(2)
    return x


LIMIT = 1
'''
OPTIONS = {"preview": "command", "events": ["verification"]}


async def test_neither_ends_the_other(service: Any, jobs: Any, stub: Any) -> None:
    async with service.editor(initialize=False) as editor:
        await editor.initialize(initializationOptions=OPTIONS)
        uri, text = stub()
        editor.open(uri, text + SLOW)
        job = await editor.synthesize(uri)
        search = await jobs.some()
        editor.change(uri, text + SLOW.replace("LIMIT = 1", "LIMIT = 2"))
        editor.notify("textDocument/didSave", {"textDocument": {"uri": uri}})

        def states(state: str) -> bool:
            told = editor.heard("synthd/verification")[-1:]
            functions = [one for payload in told for one in payload["functions"]]
            return state in [one["state"] for one in functions if one["function"] == "slow"]

        await editor.until(lambda: states("running"))
        search.end(put="return 2 * x")
        assert (await editor.ready(job))["message"] == "f: verified"
        assert states("running"), "its verdict is there only later"
        await editor.until(lambda: states("verified"))
