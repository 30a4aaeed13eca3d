/** Starting a job: progress is on the screen before the server is asked. */

import * as vscode from 'vscode';
import { whileItRuns } from '../jobs/progress';
import type { Jobs } from '../jobs/table';
import { targetOf } from '../place';
import type { Order, Target, Wish } from '../protocol';
import type { Server } from '../server/server';
import type { StatusBar } from '../status';
import { chooseOnce } from './models';

export class Starter {
  constructor(
    private readonly server: Server,
    private readonly jobs: Jobs,
    private readonly status: StatusBar,
  ) {}

  /** given: a lens's or code action's argument, which may name more than the place. */
  async synthesize(given: unknown): Promise<void> {
    const target = targetOf(given);
    if (target !== undefined) await this.run('synthd.synthesize', target);
  }

  async repair(given: unknown): Promise<void> {
    const target = targetOf(given);
    if (target !== undefined) await this.run('synthd.repair', target);
  }

  async wish(wish: Wish, given: unknown): Promise<void> {
    const target = targetOf(given);
    if (target !== undefined) await this.run('synthd.synthesize', { ...target, wish });
  }

  async synthesizeWith(given: unknown): Promise<void> {
    const target = targetOf(given);
    if (target === undefined) return;
    const choice = await chooseOnce(this.server);
    if (choice !== undefined) await this.run('synthd.synthesize', { ...target, ...choice });
  }

  private async run(command: 'synthd.synthesize' | 'synthd.repair', order: Order): Promise<void> {
    const known = this.status.begins();
    const begin = async (): Promise<string> => {
      try {
        return (await this.server.ask(command, order)).job;
      } finally {
        known();
      }
    };
    const { textDocument, position } = order;
    const forecast = () => this.server.ask('synthd.forecast', { textDocument, position });
    await whileItRuns(this.server, this.jobs, await nameAt(order), begin, forecast);
  }
}

/** The function's name for the title of the notification, read from the line that was meant. */
async function nameAt({ textDocument, position }: Target): Promise<string> {
  const uri = vscode.Uri.parse(textDocument.uri, true);
  const document = await vscode.workspace.openTextDocument(uri);
  for (let line = Math.min(position.line, document.lineCount - 1); line >= 0; line -= 1) {
    const found = /^\s*(?:async\s+def|def|(?:pub\S*\s+)?(?:\w+\s+)*fn)\s+(\w+)/u.exec(
      document.lineAt(line).text,
    );
    if (found?.[1] !== undefined) return found[1];
  }
  return 'function';
}
