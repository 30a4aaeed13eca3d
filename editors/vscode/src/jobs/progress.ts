/** The notification with the Cancel button, for a job that the user has started here. */

import * as vscode from 'vscode';
import type { Forecast, JobProgress } from '../protocol';
import type { Server } from '../server/server';
import { goesOn, type Job, type Jobs } from './table';

const TICK = 1_000;

type Report = vscode.Progress<{ message?: string; increment?: number }>;

/**
 * Shown before anybody is asked, so that a key press is seen at once. `begin` starts the job and
 * gives its id; `forecast` may come later, and is the first thing said.
 */
export async function whileItRuns(
  server: Server,
  jobs: Jobs,
  name: string,
  begin: () => Promise<string>,
  forecast: () => Promise<Forecast>,
): Promise<void> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `synthd: ${name}`,
    cancellable: true,
  };
  await vscode.window.withProgress(options, async (report, token) => {
    report.report({ message: 'starting' });
    const id = await begin();
    const cancel = token.onCancellationRequested(() => {
      void server.ask('synthd.cancel', { job: id }).catch(() => undefined);
    });
    let usual: number | undefined;
    void forecast().then(
      (expected) => {
        usual = expected.expected ?? undefined;
        if (jobs.get(id)?.progress === undefined) report.report({ message: inWords(expected) });
      },
      () => undefined, // nothing is said, then
    );
    try {
      await follow(jobs, id, report, () => usual);
    } finally {
      cancel.dispose();
    }
  });
}

/**
 * Until the job needs no waiting for: at its end, or when its edit waits for the user. The seconds
 * count on while nothing is heard, as when a model is loaded or writes its first program.
 */
async function follow(
  jobs: Jobs,
  id: string,
  report: Report,
  usual: () => number | undefined,
): Promise<void> {
  let heard = Date.now();
  const ticking = setInterval(() => {
    const progress = jobs.get(id)?.progress;
    if (progress === undefined || Date.now() - heard < TICK) return;
    report.report({ message: since(progress, Date.now() - heard, usual()) });
  }, TICK);
  try {
    await toEnd(jobs, id, report, usual, () => {
      heard = Date.now();
    });
  } finally {
    clearInterval(ticking);
  }
}

function toEnd(
  jobs: Jobs,
  id: string,
  report: Report,
  usual: () => number | undefined,
  news: () => void,
): Promise<void> {
  let done = 0;
  const tell = (job: Job): boolean => {
    if (!goesOn(job) || job.news.state === 'applying') return true;
    const percentage = 100 * (job.progress?.fraction ?? 0);
    const increment = Math.max(0, percentage - done);
    done += increment;
    news();
    const progress = job.progress;
    if (progress !== undefined) report.report({ message: since(progress, 0, usual()), increment });
    return false;
  };
  return new Promise((resolve) => {
    const known = jobs.get(id);
    if (known !== undefined && tell(known)) {
      resolve();
      return;
    }
    const listening = jobs.onChange((job) => {
      if (job.news.job !== id || !tell(job)) return;
      listening.dispose();
      resolve();
    });
  });
}

/** What was told last, so many milliseconds ago, and what it runs with. */
function since(progress: JobProgress, ago: number, usual: number | undefined): string {
  const seconds = Math.round(progress.seconds + ago / 1000);
  const parts = [progress.message.replace(/(?<= tokens · )\d+ s$/u, `${String(seconds)} s`)];
  if (usual !== undefined) parts.push(`usually ${String(Math.round(usual))} s`);
  if (progress.model !== '' && !progress.message.includes(bare(progress.model)))
    parts.push(where(progress));
  return parts.join(' · ');
}

const where = (it: { readonly model: string; readonly endpoint: string }): string =>
  `${it.model} on ${it.endpoint.replace(/^on /u, '')}`;
const bare = (model: string): string => model.replace(/^\w+\//u, '');

export function inWords(expected: Forecast): string {
  const usual =
    typeof expected.expected === 'number'
      ? `usually ${String(Math.round(expected.expected))} s`
      : `at most ${String(Math.round(expected.seconds))} s`;
  return `${where(expected)} · ${expected.strategy} · up to ${String(expected.programs)} programs · ${usual}`;
}
