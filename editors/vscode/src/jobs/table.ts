/** The jobs of this window, as the server told of them. The one place that remembers them. */

import * as vscode from 'vscode';
import type { JobNews, JobProgress, JobState } from '../protocol';
import type { Server } from '../server/server';

const GOES_ON: readonly JobState[] = ['running', 'applying'];

export interface Job {
  readonly news: JobNews;
  readonly progress: JobProgress | undefined;
}

export const goesOn = (job: Job): boolean => GOES_ON.includes(job.news.state);
export const waits = (job: Job): boolean => job.news.state === 'ready';

export class Jobs implements vscode.Disposable {
  private readonly jobs = new Map<string, Job>();
  private readonly changes = new vscode.EventEmitter<Job>();
  private readonly disposables: vscode.Disposable[];
  readonly onChange = this.changes.event;

  constructor(server: Server) {
    this.disposables = [
      this.changes,
      server.onJob((news) => {
        this.put(news.job, { news, progress: this.jobs.get(news.job)?.progress });
      }),
      server.onProgress((progress) => {
        const job = this.jobs.get(progress.job);
        if (job !== undefined) this.put(progress.job, { ...job, progress });
      }),
      server.onPhase((phase) => {
        if (phase !== 'running') this.clear();
      }),
    ];
  }

  get(id: string): Job | undefined {
    return this.jobs.get(id);
  }

  /** The newest first. */
  all(which: (job: Job) => boolean = () => true): Job[] {
    return [...this.jobs.values()].reverse().filter(which);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private put(id: string, job: Job): void {
    this.jobs.set(id, job);
    this.tellContext();
    this.changes.fire(job);
  }

  private clear(): void {
    const unfinished = this.all((job) => goesOn(job) || waits(job));
    this.jobs.clear();
    this.tellContext();
    for (const job of unfinished)
      this.changes.fire({ ...job, news: { ...job.news, state: 'left', message: 'the server left' } });
  }

  private tellContext(): void {
    const set = (name: string, value: boolean): void => {
      void vscode.commands.executeCommand('setContext', `synthd.${name}`, value);
    };
    set('jobRunning', this.all(goesOn).length > 0);
    set('editWaiting', this.all(waits).length > 0);
    set('jobKnown', this.jobs.size > 0);
  }
}

/** The user's word for a job: its function, as far as that is known. */
export function nameOf(job: Job): string {
  return job.news.function || job.progress?.function || 'a function';
}
