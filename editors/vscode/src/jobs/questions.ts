/** Asks the user what a call should return. It waits in the notifications until it is answered. */

import * as vscode from 'vscode';
import type { Question } from '../protocol';
import type { Server } from '../server/server';
import type { Jobs } from './table';

const OTHER = 'Another value…';
const OPEN = 'Leave open';

interface Button extends vscode.MessageItem {
  readonly value?: string;
}

export function askQuestions(server: Server, jobs: Jobs): vscode.Disposable {
  return server.onQuestion((question) => {
    void ask(question).then(async (value) => {
      const state = jobs.get(question.job)?.news.state;
      if (state !== 'running') return; // it was cancelled meanwhile
      await server
        .ask('synthd.answer', { job: question.job, question: question.question, value })
        .catch((failure: unknown) => vscode.window.showWarningMessage(`synthd: ${String(failure)}`));
    });
  });
}

/** Python's text of the answer; null leaves it open. */
async function ask(question: Question): Promise<string | null> {
  const choices = question.choices.map((choice): Button => ({ title: choice.label, value: choice.value }));
  const buttons: Button[] = [...choices, { title: OTHER }, { title: OPEN }];
  const chosen = await vscode.window.showInformationMessage(`synthd: ${question.text}`, ...buttons);
  if (chosen?.value !== undefined) return chosen.value;
  if (chosen?.title !== OTHER) return null;
  const typed = await vscode.window.showInputBox({
    title: `synthd: ${question.text}`,
    prompt: `A Python expression that ${question.call} should return`,
    ignoreFocusOut: true,
  });
  return typed === undefined || typed.trim() === '' ? null : typed;
}
