/** Says once in a window that synthd is missing, and starts it when it has been installed. */

import * as vscode from 'vscode';
import { findServer } from './find';
import { install } from './install';
import type { Server } from './server';

const EVERY = 2_000;
const LONGEST = 10 * 60_000;

export class Installer implements vscode.Disposable {
  private readonly listening: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;
  private said = false;
  private open = false;

  constructor(private readonly server: Server) {
    this.listening = server.onPhase((phase) => {
      if (phase === 'running') void this.hide();
      if (phase !== 'missing' || this.said) return;
      this.said = true;
      void this.offer();
    });
  }

  /** Asked for by the user, who may not know that it is there. */
  async install(): Promise<void> {
    const { phase, found } = this.server;
    if (found !== undefined && (phase === 'running' || phase === 'starting')) {
      const where = `${found.command} (${found.from})`;
      void vscode.window.showInformationMessage(`synthd: it is installed: ${where}`);
    } else if (await install()) this.await();
  }

  dispose(): void {
    this.listening.dispose();
    clearInterval(this.timer);
  }

  private async offer(): Promise<void> {
    this.open = true;
    const yes = 'Install…';
    const set = 'Set synthd.path';
    const chosen = await vscode.window.showWarningMessage(
      'synthd was not found on this machine. Nothing is installed without asking.',
      yes,
      set,
    );
    this.open = false;
    if (chosen === yes) await this.install();
    if (chosen === set)
      await vscode.commands.executeCommand('workbench.action.openSettings', 'synthd.path');
  }

  /** What was offered is not needed any more. It stays in the list of notifications. */
  private async hide(): Promise<void> {
    if (this.open) await vscode.commands.executeCommand('notifications.hideToasts');
  }

  /** Starts it once it is found, for as long as an installation may take. */
  private await(): void {
    clearInterval(this.timer);
    const begun = Date.now();
    let looking = false;
    const timer = setInterval(() => {
      if (looking) return;
      looking = true;
      void findServer()
        .catch(() => undefined)
        .then((found) => {
          looking = false;
          if (found !== undefined || Date.now() - begun > LONGEST) clearInterval(timer);
          if (found !== undefined) void this.server.restart();
        });
    }, EVERY);
    this.timer = timer;
  }
}
