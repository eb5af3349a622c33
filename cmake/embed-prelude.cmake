# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the C table that scripts/prelude.h declares.
#   cmake -DOUTPUT=prelude.c -DFILES="a.lua;b.lua" -P embed-prelude.cmake
cmake_minimum_required(VERSION 3.25)

set(arrays "")
set(rows "")
set(index 0)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  string(APPEND arrays "static const char text_${index}[] = {\n${bytes}0 };\n\n")
  string(APPEND rows "    { \"${name}\", text_${index} },\n")
  math(EXPR index "${index} + 1")
endforeach()

file(WRITE "${OUTPUT}"
  "/* Written by cmake/embed-prelude.cmake. */\n"
  "#include <stddef.h>\n#include \"scripts/prelude.h\"\n\n"
  "${arrays}"
  "const struct prelude_file prelude_files[] = {\n${rows}    { NULL, NULL },\n};\n")
