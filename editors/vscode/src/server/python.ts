/** The Python that the user works with, as the Python extension knows it. Without it: none. */

import * as vscode from 'vscode';

const EXTENSION = 'ms-python.python';

interface Environments {
  getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
  resolveEnvironment(path: unknown): Promise<
    { readonly executable: { readonly uri?: vscode.Uri } } | undefined
  >;
  readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
}

async function environments(): Promise<Environments | undefined> {
  const extension = vscode.extensions.getExtension<{ environments?: Environments }>(EXTENSION);
  if (extension === undefined) return undefined;
  try {
    return (await extension.activate()).environments;
  } catch {
    return undefined; // its own failure is its own to report
  }
}

/** The interpreter's path, or undefined. */
export async function activeInterpreter(): Promise<string | undefined> {
  const known = await environments();
  if (known === undefined) return undefined;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const found = await known.resolveEnvironment(known.getActiveEnvironmentPath(folder));
  return found?.executable.uri?.fsPath;
}

/** Calls back when another interpreter is picked. */
export async function onOtherInterpreter(call: () => void): Promise<vscode.Disposable> {
  const known = await environments();
  return known?.onDidChangeActiveEnvironmentPath(call) ?? new vscode.Disposable(() => undefined);
}
