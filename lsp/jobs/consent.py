"""What the user says of an edit that is ready: by command, or in a window of the editor."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.lsp.editor import Editor
from synthd.lsp.errands import Errands
from synthd.lsp.jobs.table import Job, State, Verdict
from synthd.lsp.text.buffers import Buffers

ACCEPT = 24 * 3600.0  # seconds that a window waits
APPLY, DISCARD = "Apply", "Discard"


@dataclass(slots=True)
class Consent:
    editor: Editor
    buffers: Buffers
    errands: Errands

    def accept(self, job: Job) -> tuple[bool, str]:
        """Whether its edit will be applied, and a sentence for the user."""
        if job.can_be_accepted:
            return self._accept(job)
        if job.state is State.READY:
            return False, "the editor itself asks for this edit: confirm it there"
        if job.state in (State.UNSOLVED, State.UNDECIDED) and job.result and job.result.partial:
            return False, "it is unsolved; accept its best program with partial: true"
        return False, f"there is no edit to accept: the job is {job.state}"

    def reject(self, job: Job) -> bool:
        if not job.can_be_accepted or job.verdict is None:
            return False
        job.verdict.set_result(Verdict.REJECT)
        return True

    def ask(self, job: Job) -> None:
        """Where the editor has no other way to say it."""
        if not self.editor.has_accept:
            self.errands.start(self._ask(job), f"ask about {job.id}")

    def _accept(self, job: Job) -> tuple[bool, str]:
        """A look at the buffer as it is; placing the edit comes later, and looks again."""
        assert job.verdict is not None and job.preview is not None
        buffer = self.buffers.get(job.uri)
        if buffer is None:
            return False, "open its file again and accept it then"
        if job.preview.before not in buffer.text:
            job.verdict.set_result(Verdict.OUTDATED)
            return False, f"{job.function or 'the function'} itself changed meanwhile"
        job.verdict.set_result(Verdict.ACCEPT)
        moved = buffer.version != job.preview.version
        return True, "the file changed: placing the edit anew" if moved else "applying"

    async def _ask(self, job: Job) -> None:
        verdict = job.verdict
        message = f"{job.message}. Apply it?"
        picked = await self.editor.choose(message, [APPLY, DISCARD], ACCEPT)
        if verdict is None or verdict is not job.verdict:
            return  # it was said otherwise meanwhile
        if picked == APPLY:
            self.accept(job)
        elif picked == DISCARD:
            self.reject(job)
