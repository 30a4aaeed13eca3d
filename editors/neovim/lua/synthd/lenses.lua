-- Keeps the server's code lenses drawn. Neovim asks for them only when it is told to.

local options = require('synthd.options')
local server = require('synthd.server')

local M = {}

local WAIT = 250 -- ms after the last change
local timers = {}

local function refresh(bufnr)
  if vim.api.nvim_buf_is_loaded(bufnr) and server.of(bufnr) and options.get('codelens') then
    vim.lsp.codelens.refresh({ bufnr = bufnr })
  end
end

local function soon(bufnr)
  local timer = timers[bufnr] or assert(vim.uv.new_timer())
  timers[bufnr] = timer
  timer:start(
    WAIT,
    0,
    vim.schedule_wrap(function()
      refresh(bufnr)
    end)
  )
end

local function forget(bufnr)
  if timers[bufnr] then
    timers[bufnr]:close()
    timers[bufnr] = nil
  end
end

-- workspace/codeLens/refresh. Neovim 0.12 keeps its lenses itself, once they are enabled.
function M.refresh_all(client, context)
  if vim.lsp.codelens.enable then
    vim.lsp.handlers['workspace/codeLens/refresh'](nil, nil, context)
    return
  end
  for bufnr in pairs(client and client.attached_buffers or {}) do
    refresh(bufnr)
  end
end

function M.attach(bufnr)
  if not options.get('codelens') then
    return
  end
  if vim.lsp.codelens.enable then -- Neovim 0.12 keeps them itself
    vim.lsp.codelens.enable(true, { bufnr = bufnr })
    return
  end
  local group = vim.api.nvim_create_augroup('synthd.lenses.' .. bufnr, {})
  local function on(events, act)
    vim.api.nvim_create_autocmd(events, {
      group = group,
      buffer = bufnr,
      callback = function()
        act(bufnr)
      end,
    })
  end
  on({ 'BufEnter', 'InsertLeave', 'BufWritePost' }, refresh)
  on({ 'TextChanged', 'TextChangedI' }, soon)
  on({ 'BufUnload', 'LspDetach' }, forget)
  refresh(bufnr)
end

return M
