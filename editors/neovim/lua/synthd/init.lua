-- What other parts of an editor's configuration may use; all else is :Synthd.

local M = {}

-- One line for 'statusline', or an empty string where synthd does not look after the buffer.
function M.statusline()
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'synthd' })[1]
  return client and require('synthd.status').line(client.id) or ''
end

-- Runs what `:Synthd name words…` runs.
function M.run(name, ...)
  require('synthd.commands').run({ fargs = { name, ... }, bang = false })
end

return M
