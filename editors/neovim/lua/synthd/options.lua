-- What the user chose in vim.g.synthd; see :help synthd-options.

local M = {}

local defaults = {
  codelens = true, -- draw the server's code lenses, and keep them fresh
  virtual_text = true, -- the state of each function at its line
  open = true, -- show previews and questions by themselves, when no key was pressed for a moment
}

function M.get(name)
  local given = vim.g.synthd
  if type(given) == 'table' and given[name] ~= nil then
    return given[name]
  end
  return defaults[name]
end

return M
