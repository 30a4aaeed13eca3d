/** One language client: what it announces, and what of it is done by us instead. */

import * as vscode from 'vscode';
import {
  ExecuteCommandRequest,
  LanguageClient,
  RevealOutputChannelOn,
  type ClientCapabilities,
  type DynamicFeature,
  type FeatureState,
  type LanguageClientOptions,
  type StaticFeature,
} from 'vscode-languageclient/node';
import { SELECTOR } from '../place';
import { forServer, serverPreview, verifiesOnSave } from '../settings';

const EVENTS = ['jobProgress', 'verification', 'status', 'search', 'question'];

/**
 * The library would register the server's commands under their own names, which the palette,
 * the lenses and the key bindings need while no server runs, too: ours are there instead.
 */
class Client extends LanguageClient {
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    const registers = 'registrationType' in feature ? feature.registrationType.method : '';
    if (registers !== ExecuteCommandRequest.method) super.registerFeature(feature);
  }

  /** Into the log; the status bar says it, with what can be done. */
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

class AnnouncesCommands implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.workspace = { ...capabilities.workspace, executeCommand: {} };
  }
  initialize(): void {
    // nothing to do: see Client
  }
  getState(): FeatureState {
    return { kind: 'static' };
  }
  clear(): void {
    // nothing is held
  }
}

export function connect(
  command: string,
  log: vscode.LogOutputChannel,
  trace: vscode.LogOutputChannel,
): LanguageClient {
  const client = new Client(
    'synthd',
    'synthd',
    { command, args: ['lsp'], options: { env: process.env } },
    options(log, trace),
  );
  client.registerFeature(new AnnouncesCommands());
  return client;
}

function options(
  log: vscode.LogOutputChannel,
  trace: vscode.LogOutputChannel,
): LanguageClientOptions {
  return {
    documentSelector: SELECTOR,
    outputChannel: log,
    traceOutputChannel: trace,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: {
      trusted: vscode.workspace.isTrusted,
      settings: forServer(),
      preview: serverPreview(),
      events: EVENTS,
    },
    initializationFailedHandler: () => false, // said by the status bar, with what to do
    middleware: {
      // The status bar item and the job's own notification show it, with its Cancel button.
      handleWorkDoneProgress: () => undefined,
      didSave: async (document, next) => {
        if (verifiesOnSave()) await next(document);
      },
      window: {
        showDocument: async (params, token, next) =>
          (await showsMarkdown(params.uri)) ? { success: true } : next(params, token),
      },
    },
  };
}

/** Certificates and the like are Markdown: shown as such, beside the code. */
async function showsMarkdown(address: string): Promise<boolean> {
  const uri = vscode.Uri.parse(address, true);
  if (uri.scheme !== 'synthd' && !uri.path.endsWith('.md')) return false;
  try {
    await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
    return true;
  } catch {
    return false; // the Markdown extension is switched off
  }
}
