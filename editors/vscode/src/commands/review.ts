/** Accepting and rejecting an edit that waits, and cancelling a search that runs. */

import * as vscode from 'vscode';
import { goesOn, nameOf, waits, type Job, type Jobs } from '../jobs/table';
import type { DiffReview } from '../review/diff';
import type { Server } from '../server/server';

export class Reviewer {
  constructor(
    private readonly server: Server,
    private readonly jobs: Jobs,
    private readonly diffs: DiffReview,
  ) {}

  async accept(given: unknown): Promise<void> {
    const partial = isRecord(given) && given['partial'] === true;
    const job = await this.meant(given, waits, 'Which edit?');
    if (job === undefined) return;
    // The server applies edits to what is open; the user may have closed it meanwhile.
    const uri = this.jobs.get(job)?.news.uri;
    if (uri !== undefined) await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
    const answer = await this.server.ask('synthd.accept', partial ? { job, partial } : { job });
    if (!answer.accepted) {
      const why = answer.message ?? 'the edit was not accepted';
      void vscode.window.showWarningMessage(`synthd: ${why}`);
    }
  }

  async reject(given: unknown): Promise<void> {
    const job = await this.meant(given, waits, 'Which edit?');
    if (job !== undefined) await this.server.ask('synthd.reject', { job });
  }

  async review(given: unknown): Promise<void> {
    const id = await this.meant(given, waits, 'Which edit?');
    const job = id === undefined ? undefined : this.jobs.get(id);
    if (job !== undefined) await this.diffs.show(job);
  }

  async cancel(given: unknown): Promise<void> {
    const job = await this.meant(given, goesOn, 'Cancel which search?');
    if (job !== undefined) await this.server.ask('synthd.cancel', { job });
  }

  /** A lens names the job, a diff editor's button its address; else there is one, or it is asked. */
  private async meant(
    given: unknown,
    which: (job: Job) => boolean,
    question: string,
  ): Promise<string | undefined> {
    if (isRecord(given) && typeof given['job'] === 'string') return given['job'];
    if (given instanceof vscode.Uri) {
      const job = this.diffs.job(given);
      if (job !== undefined) return job.news.job;
    }
    const current = this.diffs.current();
    if (current !== undefined && which(current)) return current.news.job;
    const [first, ...others] = this.jobs.all(which);
    if (first === undefined) {
      void vscode.window.showInformationMessage('synthd: there is no such job now.');
      return undefined;
    }
    if (others.length === 0) return first.news.job;
    const items = [first, ...others].map((job) => ({
      label: nameOf(job),
      description: job.progress?.message ?? job.news.message,
      id: job.news.job,
    }));
    return (await vscode.window.showQuickPick(items, { title: `synthd: ${question}` }))?.id;
  }
}

function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !(given instanceof vscode.Uri);
}
