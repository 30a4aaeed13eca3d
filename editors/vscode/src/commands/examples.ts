/** Examples that the workspace already holds for a function, into its docstring. */

import * as vscode from 'vscode';
import { targetOf } from '../place';
import type { Origin } from '../protocol';
import type { Server } from '../server/server';

const ORIGINS: readonly (vscode.QuickPickItem & { readonly origin: Origin })[] = [
  { label: 'From tests', description: 'asserts of existing pytest tests', origin: 'test' },
  { label: 'From uses', description: 'calls elsewhere in the workspace', origin: 'usage' },
];

export async function addExamples(server: Server, given: unknown): Promise<void> {
  const target = targetOf(given);
  if (target === undefined) return;
  const origin = originIn(given) ?? (await asked());
  if (origin !== undefined) await server.ask('synthd.addExamples', { ...target, origin });
}

async function asked(): Promise<Origin | undefined> {
  const title = 'synthd: where may the examples come from?';
  return (await vscode.window.showQuickPick(ORIGINS, { title }))?.origin;
}

function originIn(given: unknown): Origin | undefined {
  if (typeof given !== 'object' || given === null || !('origin' in given)) return undefined;
  return given.origin === 'test' || given.origin === 'usage' ? given.origin : undefined;
}
