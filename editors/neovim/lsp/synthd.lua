-- Configuration of the synthd language server, for vim.lsp.enable('synthd') (Neovim 0.11 and later).
-- What it names is loaded when the server first says something.

local function notified(method)
  return function(_, told, context)
    require('synthd.handlers').notifications[method](told, context)
  end
end

local function requested(method)
  return function(_, told, context)
    return require('synthd.handlers').requests[method](told, context)
  end
end

local handlers = {}
for _, method in ipairs({
  'synthd/job',
  'synthd/jobProgress',
  'synthd/question',
  'synthd/verification',
  'synthd/status',
  'synthd/search',
  'window/showMessage',
}) do
  handlers[method] = notified(method)
end
for _, method in ipairs({
  'workspace/applyEdit',
  'workspace/codeLens/refresh',
  'window/showDocument',
  'window/showMessageRequest',
}) do
  handlers[method] = requested(method)
end

-- A code lens runs these through the plugin, so that their answers are shown and their jobs known.
local commands = {}
for _, name in ipairs({ 'synthesize', 'repair', 'accept', 'showCertificate', 'explain' }) do
  commands['synthd.' .. name] = function(command, context)
    require('synthd.commands').of_lens(command, context)
  end
end

return {
  cmd = { 'synthd', 'lsp' },
  filetypes = { 'python', 'rust' },
  root_markers = { 'synthd.toml', { 'pyproject.toml', 'Cargo.toml' }, '.git' },
  init_options = {
    trusted = true, -- synthd runs generated code, and yours, in a sandbox; false for folders you do not trust
    preview = 'command',
    events = { 'jobProgress', 'verification', 'status', 'question' },
  },
  capabilities = { workspace = { codeLens = { refreshSupport = true } } },
  handlers = handlers,
  commands = commands,
  on_exit = function(_, _, client_id)
    vim.schedule(function()
      require('synthd.handlers').gone(client_id)
    end)
  end,
}
