-- The language server: which client, which buffer, and how to ask it something.

local say = require('synthd.say')

local M = {}

local NAME = 'synthd'

-- The client of a buffer, or nil.
function M.of(bufnr)
  return vim.lsp.get_clients({ bufnr = bufnr, name = NAME })[1]
end

-- The client of a buffer, else any, else nil.
function M.any(bufnr)
  return M.of(bufnr) or vim.lsp.get_clients({ name = NAME })[1]
end

-- The client of the current buffer; where there is none, the user is told what to do.
function M.here()
  local client = M.of(vim.api.nvim_get_current_buf())
  if not client then
    say.error('not attached to this buffer; see :checkhealth synthd')
  end
  return client
end

-- The attached buffer that shows a URI, or nil. The server may spell the URI in its own way.
function M.buffer(client, uri)
  local name = vim.uri_to_fname(uri)
  for bufnr in pairs(client.attached_buffers) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.api.nvim_buf_get_name(bufnr) == name then
      return bufnr
    end
  end
end

-- Runs a command of the server's. answered(answer) only where it succeeded.
function M.ask(client, command, argument, answered, bufnr)
  local function handle(problem, answer)
    if problem then
      say.error(problem.message)
    elseif answered then
      answered(answer or {})
    end
  end
  -- The buffer by its number: with 0 Neovim 0.11 would not send pending changes first.
  local about = bufnr or vim.api.nvim_get_current_buf()
  local empty = not argument or next(argument) == nil
  local params = { command = command, arguments = { empty and vim.empty_dict() or argument } }
  client:request('workspace/executeCommand', params, handle, about)
end

-- Sends changes that Neovim still holds back: it does so before every request.
function M.flush(client, bufnr)
  M.ask(client, 'synthd.jobs', nil, nil, bufnr)
end

-- Where the cursor is, as the protocol has it.
function M.position(client)
  return vim.lsp.util.make_position_params(0, client.offset_encoding)
end

-- The command line of synthd itself ({ 'synthd' }), from the server's, or nil.
function M.program()
  local command = (vim.lsp.config[NAME] or {}).cmd
  if type(command) ~= 'table' then
    return nil
  end
  local program = {}
  for _, word in ipairs(command) do
    if word == 'lsp' then
      return program
    end
    table.insert(program, word)
  end
end

return M
