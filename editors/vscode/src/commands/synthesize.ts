/** Starting a job: progress is on the screen before the server is asked. */

import * as vscode from 'vscode';
import { whileItRuns } from '../jobs/progress';
import type { Jobs } from '../jobs/table';
import { targetOf } from '../place';
import type { Order, Target, VerifiedFunction, Wish } from '../protocol';
import type { Server } from '../server/server';
import type { Standings } from '../standings';
import type { StatusBar } from '../status';
import { writeExample } from './firstExample';
import { chooseOnce } from './models';

export class Starter {
  constructor(
    private readonly server: Server,
    private readonly jobs: Jobs,
    private readonly status: StatusBar,
    private readonly standings: Standings,
  ) {}

  /** given: a lens's or code action's argument, which may name more than the place. */
  async synthesize(given: unknown): Promise<void> {
    const target = targetOf(given);
    if (target === undefined) return;
    const one = this.standings.at(target);
    if (one?.state === 'stub' && one.examples === 0 && isPython(target))
      await this.wantsExample(target, one, given === undefined);
    else await this.run('synthd.synthesize', target);
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

  /** The lens says what it does; a key may have been meant otherwise. */
  private async wantsExample(target: Target, one: VerifiedFunction, ask: boolean): Promise<void> {
    const write = 'Write one';
    const find = 'From tests or uses…';
    const why = `synthd: ${one.function} has no examples yet, by which a body could be verified.`;
    const chosen = ask ? await vscode.window.showInformationMessage(why, write, find) : write;
    const uri = vscode.Uri.parse(target.textDocument.uri, true);
    if (chosen === write) await writeExample(uri, one);
    if (chosen === find) await vscode.commands.executeCommand('synthd.addExamples', target);
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

const isPython = ({ textDocument }: Target): boolean => textDocument.uri.endsWith('.py');

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
