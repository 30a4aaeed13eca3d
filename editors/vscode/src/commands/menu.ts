/** What a click on the status bar offers: only what can be done now. */

import * as vscode from 'vscode';
import { goesOn, waits, type Jobs } from '../jobs/table';
import { isOurs } from '../place';
import type { Server } from '../server/server';

interface Action extends vscode.QuickPickItem {
  readonly command: string;
}

export async function menu(server: Server, jobs: Jobs): Promise<void> {
  const picked = await vscode.window.showQuickPick(actions(server, jobs), {
    title: 'synthd',
    placeHolder: server.problem === '' ? 'What next?' : server.problem,
  });
  if (picked !== undefined) await vscode.commands.executeCommand(picked.command);
}

function actions(server: Server, jobs: Jobs): Action[] {
  const found: Action[] = [];
  const add = (when: boolean, label: string, command: string): void => {
    if (when) found.push({ label, command });
  };
  const running = server.phase === 'running';
  const document = vscode.window.activeTextEditor?.document;
  const here = running && document !== undefined && isOurs(document);
  add(server.phase === 'missing', '$(desktop-download) Install synthd…', 'synthd.install');
  add(jobs.all(waits).length > 0, '$(diff) Review the edit', 'synthd.review');
  add(jobs.all(waits).length > 0, '$(check) Accept the edit', 'synthd.accept');
  add(jobs.all(waits).length > 0, '$(close) Reject the edit', 'synthd.reject');
  add(jobs.all(goesOn).length > 0, '$(debug-stop) Cancel the search', 'synthd.cancel');
  add(jobs.all().length > 0, '$(list-tree) Show the search', 'synthd.showSearch');
  add(here, '$(sparkle) Synthesize the function', 'synthd.synthesize');
  add(here, '$(beaker) Verify all functions of this file', 'synthd.verifyFile');
  add(running, '$(chip) Pick a model or a strategy', 'synthd.pickModel');
  add(running, '$(history) Jobs', 'synthd.jobs');
  add(true, '$(output) Show log', 'synthd.showLog');
  add(true, '$(debug-restart) Restart the server', 'synthd.restart');
  add(true, '$(gear) Settings', 'synthd.settings');
  return found;
}
