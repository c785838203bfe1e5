-- An editor that is no test client: Neovim (0.7 and newer), headless, against `mem lsp`. Prints what a person would see; a test reads it.
local function say(...)
  io.stdout:write(table.concat(vim.tbl_map(tostring, { ... }), " "), "\n")
end

local function until_(what, done)
  if not vim.wait(15000, done, 20) then
    say("TIMEOUT", what)
    vim.cmd("cquit!")
  end
end

local function ask(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, 15000)
  for _, answer in pairs(answers or {}) do
    if answer.err then
      say("error:", answer.err.message)
    end
    return answer.result
  end
end

local function here()
  return vim.lsp.util.make_position_params(0, "utf-16")
end

local function cursor(line, text)
  local found = vim.api.nvim_buf_get_lines(0, line - 1, line, false)[1]:find(text, 1, true)
  vim.api.nvim_win_set_cursor(0, { line, found - 1 })
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

vim.o.swapfile = false
vim.cmd("edit trip.md")
local client = vim.g.mem_lsp -- set by what the manual says to put into init.lua
until_("initialize", function()
  local one = vim.lsp.get_client_by_id(client)
  return one and one.initialized
end)
until_("diagnostics", function() return #vim.diagnostic.get(0) > 0 end)
for _, one in ipairs(vim.diagnostic.get(0)) do
  say("diagnostic", one.lnum + 1 .. ":" .. one.col + 1, one.code or one.user_data.lsp.code, one.message)
end

cursor(6, "Spare")
local hover = ask("textDocument/hover", here())
say("hover", (hover.contents.value:gsub("\n+", " / ")))
vim.lsp.buf.definition()
until_("definition", function() return vim.fn.expand("%:t") == "key.md" end)
say("definition", vim.fn.expand("%:t"), vim.api.nvim_win_get_cursor(0)[1])
vim.cmd("edit trip.md")

vim.api.nvim_buf_set_lines(0, -1, -1, false, { "😀 漢字 [[spa" })
vim.api.nvim_win_set_cursor(0, { #lines(), #lines()[#lines()] - 1 })
local params = here()
params.position.character = params.position.character + 1
local found = ask("textDocument/completion", params)
for _, item in ipairs(found.items) do
  say("completion", item.label, "->", item.textEdit.newText, "(" .. item.detail .. ")")
end
vim.lsp.util.apply_text_edits({ found.items[1].textEdit }, 0, "utf-16")
say("line", lines()[#lines()])
vim.cmd("silent write")

cursor(6, "Spare")
vim.lsp.buf.rename("Key to the house")
until_("rename", function() return lines()[6]:find("Key to the house", 1, true) end)
vim.cmd("silent wall")
say("renamed", lines()[6])
say("renamed", lines()[#lines()])
say("renamed", vim.fn.readfile("key.md")[3])

local range = vim.lsp.util.make_range_params(0, "utf-16")
range.context = { diagnostics = {} }
cursor(7, "Nowhere")
range.range = { start = here().position, ["end"] = here().position }
local actions = ask("textDocument/codeAction", range)
for _, action in ipairs(actions) do
  say("action", action.title)
end
ask("workspace/executeCommand", actions[1].command)
ask("workspace/executeCommand", actions[2].command)
vim.cmd("silent checktime")
until_("pinned", function() return vim.tbl_contains(lines(), "pinned: true") end)
say("pinned", lines()[2], lines()[3], lines()[4])
until_("quiet", function() return #vim.diagnostic.get(0) == 0 end)
say("diagnostics left", #vim.diagnostic.get(0))
for _, one in ipairs(ask("workspace/symbol", { query = "barrel" })) do
  say("symbol", one.name, vim.uri_to_fname(one.location.uri):match("[^/]+$"))
end
vim.lsp.stop_client(client)
until_("end", function() return vim.lsp.get_client_by_id(client) == nil or vim.lsp.get_client_by_id(client).is_stopped() end)
say("stopped")
vim.cmd("qall!")
