-- Keeps the server's code lenses drawn. Neovim asks for them only when it is told to.

local options = require('synthd.options')
local server = require('synthd.server')

local M = {}

local WAIT = 250 -- ms after the last change
local timers = {}

-- Where the state of a function stands at the end of its line, a lens there says only what it does.
local DOES = {
  ['synthd.cancel'] = 'Cancel',
  ['synthd.accept'] = 'Accept',
  ['synthd.showCertificate'] = 'Certificate',
  ['synthd.explain'] = 'Show why',
  ['synthd.verify'] = 'Verify',
  ['synthd.jobs'] = '',
}

local function short(lenses)
  if not options.get('virtual_text') then
    return lenses
  end
  return vim.tbl_filter(function(lens)
    local does = lens.command and DOES[lens.command.command]
    if does then
      lens.command.title = does
    end
    return does ~= ''
  end, lenses or {})
end

local function refresh(bufnr)
  local client = server.of(bufnr)
  if vim.api.nvim_buf_is_loaded(bufnr) and client and options.get('codelens') then
    local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr) }
    client:request('textDocument/codeLens', params, function(problem, lenses, context)
      if vim.api.nvim_buf_is_loaded(bufnr) then
        vim.lsp.codelens.on_codelens(problem, lenses and short(lenses), context)
      end
    end, bufnr)
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
