/** Commands of a newer server that this extension has no word for are handed on as they are. */

import * as vscode from 'vscode';
import { command } from '../commands/register';
import type { Server } from './server';

export class Forwarding implements vscode.Disposable {
  private forwarded: vscode.Disposable[] = [];
  private readonly listening: vscode.Disposable;

  constructor(server: Server, log: vscode.LogOutputChannel) {
    this.listening = server.onPhase((phase) => {
      this.clear();
      if (phase === 'running') void this.register(server, log);
    });
  }

  dispose(): void {
    this.listening.dispose();
    this.clear();
  }

  private async register(server: Server, log: vscode.LogOutputChannel): Promise<void> {
    const taken = new Set(await vscode.commands.getCommands());
    this.clear();
    this.forwarded = server.commands
      .filter((name) => !taken.has(name))
      .map((name) => command(log, name, (...given) => server.forward(name, given)));
  }

  private clear(): void {
    for (const one of this.forwarded) one.dispose();
    this.forwarded = [];
  }
}
