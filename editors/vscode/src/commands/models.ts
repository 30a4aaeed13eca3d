/** Picking a model and a strategy, for one job or from now on. */

import * as vscode from 'vscode';
import type { Option, Options } from '../protocol';
import type { Server } from '../server/server';

export interface Choice {
  readonly model?: string;
  readonly strategy?: string;
}

interface Item extends vscode.QuickPickItem {
  readonly choice?: Choice;
}

/** Kept by the server, for this user's later jobs. */
export async function pickModel(server: Server): Promise<void> {
  const options = await server.ask('synthd.pickModel', {});
  const items = [
    ...separated('Models', options.models, options.model, (model) => ({ model })),
    ...separated('Strategies', options.strategies, options.strategy, (strategy) => ({ strategy })),
  ];
  const picked = await pick(items, 'synthd: model and strategy of later jobs');
  if (picked === undefined) return;
  const kept = await server.ask('synthd.pickModel', picked);
  vscode.window.setStatusBarMessage(`synthd: ${kept.model} · ${kept.strategy}`, 4_000);
}

/** For the next job alone: first the model, then the strategy. */
export async function chooseOnce(server: Server): Promise<Choice | undefined> {
  const options = await server.ask('synthd.pickModel', {});
  const model = await pick(inTurn(options, 'model'), 'synthd: with which model? (1/2)');
  if (model === undefined) return undefined;
  const strategy = await pick(inTurn(options, 'strategy'), 'synthd: with which strategy? (2/2)');
  return strategy === undefined ? undefined : { ...model, ...strategy };
}

/** The current one comes first, so that Enter keeps it. */
function inTurn(options: Options, what: 'model' | 'strategy'): Item[] {
  const current = options[what];
  const all = what === 'model' ? options.models : options.strategies;
  const items = all.map((option) => item(option, current, { [what]: option.name }));
  return [
    ...items.filter(({ label }) => label.endsWith(current)),
    ...items.filter(({ label }) => !label.endsWith(current)),
  ];
}

async function pick(items: Item[], title: string): Promise<Choice | undefined> {
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  return picked?.choice;
}

function separated(
  heading: string,
  options: readonly Option[],
  current: string,
  chosen: (name: string) => Choice,
): Item[] {
  return [
    { label: heading, kind: vscode.QuickPickItemKind.Separator },
    ...options.map((option) => item(option, current, chosen(option.name))),
  ];
}

function item(option: Option, current: string, choice: Choice): Item {
  const mark = option.name === current ? '$(check) ' : '';
  const missing = option.ready === false ? 'not here yet' : '';
  return { label: mark + option.name, description: option.note ?? missing, choice };
}
