/** The one item in the status bar: what synthd does now, and a click to what can be done. */

import * as vscode from 'vscode';
import type { Status } from './protocol';
import type { Phase, Server } from './server/server';
import { goesOn, waits, type Jobs } from './jobs/table';

interface Face {
  readonly text: string;
  readonly colour?: string;
}

const PHASES: Record<Exclude<Phase, 'running'>, Face> = {
  off: { text: '$(circle-slash) synthd' },
  starting: { text: '$(loading~spin) synthd' },
  missing: { text: '$(warning) synthd: install', colour: 'statusBarItem.warningBackground' },
  failed: { text: '$(error) synthd', colour: 'statusBarItem.errorBackground' },
};

export class StatusBar implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly disposables: vscode.Disposable[];
  private status: Status | undefined;
  private begun = 0;

  constructor(
    private readonly server: Server,
    private readonly jobs: Jobs,
  ) {
    this.item = vscode.window.createStatusBarItem('synthd.status', vscode.StatusBarAlignment.Left, -1);
    this.item.name = 'synthd';
    this.item.command = 'synthd.menu';
    this.disposables = [
      this.item,
      jobs.onChange(() => {
        this.draw();
      }),
      server.onPhase(() => {
        this.status = undefined;
        this.begun = 0;
        this.draw();
      }),
      server.onStatus((status) => {
        this.status = status;
        this.draw();
      }),
    ];
    this.draw();
    this.item.show();
  }

  /** A job has been asked for and is not known yet; call what is returned when it is. */
  begins(): () => void {
    this.begun += 1;
    this.draw();
    return () => {
      this.begun = Math.max(0, this.begun - 1);
      this.draw();
    };
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private draw(): void {
    const face = this.face();
    this.item.text = face.text;
    this.item.backgroundColor =
      face.colour === undefined ? undefined : new vscode.ThemeColor(face.colour);
    this.item.tooltip = this.tooltip();
    const words = face.text.replace(/\$\([^)]*\)\s*/gu, '');
    this.item.accessibilityInformation = { label: `${words}. ${this.status?.message ?? ''}` };
  }

  private face(): Face {
    if (this.server.phase !== 'running') return PHASES[this.server.phase];
    if (this.jobs.all(waits).length > 0) return { text: '$(diff) synthd: review' };
    const running = this.jobs.all(goesOn);
    if (running.length > 1)
      return { text: `$(loading~spin) synthd: ${String(running.length)} jobs` };
    const best = running[0]?.progress?.best;
    if (best && best.total > 0)
      return { text: `$(loading~spin) synthd ${String(best.passed)}/${String(best.total)}` };
    if (running.length > 0 || this.begun > 0 || this.status?.state === 'busy')
      return { text: '$(loading~spin) synthd' };
    if (this.status?.state === 'problem')
      return { text: '$(warning) synthd', colour: 'statusBarItem.warningBackground' };
    return { text: '$(sparkle) synthd' };
  }

  private tooltip(): vscode.MarkdownString {
    const lines: string[] = [];
    if (this.server.problem !== '') lines.push(this.server.problem);
    const status = this.status;
    if (status !== undefined) {
      if (status.message !== '') lines.push(status.message);
      if (status.model !== '') lines.push(`model: ${status.model} (${status.endpoint})`);
      if (status.strategy !== '') lines.push(`strategy: ${status.strategy}`);
    }
    for (const job of this.jobs.all(goesOn)) lines.push(job.progress?.message ?? job.news.message);
    const text = new vscode.MarkdownString();
    text.appendText(lines.length > 0 ? lines.join('\n') : 'synthd');
    return text;
  }
}
