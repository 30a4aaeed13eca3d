/** What is known about a function or about the jobs, on request. */

import * as vscode from 'vscode';
import type { Jobs } from '../jobs/table';
import { isOurs, targetOf } from '../place';
import type { JobRow, JobState } from '../protocol';
import type { SearchPanel } from '../search/panel';
import type { Server } from '../server/server';

const ICONS: Partial<Record<JobState, string>> = {
  running: '$(loading~spin)',
  ready: '$(diff)',
  applying: '$(diff)',
  verified: '$(pass)',
  error: '$(error)',
  unsolved: '$(circle-slash)',
  cancelled: '$(circle-slash)',
};

export async function certificate(server: Server, given: unknown): Promise<void> {
  await shown(server, 'synthd.showCertificate', given);
}

export async function explain(server: Server, given: unknown): Promise<void> {
  await shown(server, 'synthd.explain', given);
}

/** The server has the page opened itself: see connection.ts. */
async function shown(
  server: Server,
  command: 'synthd.showCertificate' | 'synthd.explain',
  given: unknown,
): Promise<void> {
  const target = targetOf(given);
  if (target === undefined) return;
  const { uri, message } = await server.ask(command, target);
  if (uri === null) void vscode.window.showInformationMessage(`synthd: ${message ?? 'nothing is known'}`);
}

/** The function at the cursor, or what a lens names; with a file alone all of its functions. */
export async function verify(server: Server, given: unknown): Promise<void> {
  const target = targetOf(given);
  if (target !== undefined) await server.ask('synthd.verify', target);
}

export async function verifyFile(server: Server): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined || !isOurs(document)) return;
  await server.ask('synthd.verify', { textDocument: { uri: document.uri.toString() } });
}

export async function listJobs(server: Server, jobs: Jobs, panel: SearchPanel): Promise<void> {
  const { jobs: rows } = await server.ask('synthd.jobs', {});
  if (rows.length === 0) {
    void vscode.window.showInformationMessage('synthd: no jobs yet in this window.');
    return;
  }
  const items = [...rows].reverse().map((row) => ({ ...line(row, jobs), row }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'synthd: jobs of this window',
    placeHolder: 'Pick one to see its search',
    matchOnDescription: true,
  });
  if (picked?.row.state === 'ready')
    await vscode.commands.executeCommand('synthd.review', { job: picked.row.id });
  else if (picked !== undefined) await panel.show(picked.row.id);
}

function line(row: JobRow, jobs: Jobs): vscode.QuickPickItem {
  const name = row.function || jobs.get(row.id)?.progress?.function || 'a function';
  return {
    label: `${ICONS[row.state] ?? '$(circle-outline)'} ${name}`,
    description: row.state.replace('_', ' '),
    detail: row.message,
  };
}
