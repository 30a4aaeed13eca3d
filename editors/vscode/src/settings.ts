/** The user's settings, read afresh each time: nothing here is kept. */

import * as vscode from 'vscode';

export type PreviewSetting = 'diff' | 'annotations' | 'none';
export type Notifications = 'off' | 'always';

const section = (scope?: vscode.Uri): vscode.WorkspaceConfiguration =>
  vscode.workspace.getConfiguration('synthd', scope);

export const serverPath = (): string => section().get('path', '').trim();
export const installCommand = (): string => section().get('installCommand', '').trim();
export const preview = (): PreviewSetting => section().get<PreviewSetting>('preview', 'diff');
export const notifications = (): Notifications =>
  section().get<Notifications>('showNotifications', 'off');
export const showsTests = (): boolean => section().get('showAsTests', true);

/** How docs/protocol.md names the ways to show a finished edit. */
export function serverPreview(): string {
  const chosen = preview();
  return chosen === 'diff' ? 'command' : chosen;
}

/** As in synthd.toml. What is not set is left to the server. */
export function forServer(): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const name of ['model', 'strategy']) {
    const value = section().get<string>(name, '');
    if (value !== '') settings[name] = value;
  }
  if (section().get<boolean>('askQuestions', false)) settings['ask'] = true;
  return settings;
}

export const verifiesOnSave = (): boolean => section().get('verifyOnSave', true);
