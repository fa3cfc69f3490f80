// How values of single types become cells: from_text and from_binary are named alike, after PostgreSQL's types.
#pragma once

#include "types.hpp"

#include <string_view>

namespace databased::postgresql {

namespace from_text {

using detail::Arena;
using detail::Cell;

Cell boolean(std::string_view data, Arena& arena);
Cell integer(std::string_view data, Arena& arena);  ///< Of every size, with and without sign.
Cell float4(std::string_view data, Arena& arena);
Cell float8(std::string_view data, Arena& arena);
Cell numeric(std::string_view data, Arena& arena);
Cell text(std::string_view data, Arena& arena);
Cell text_in_place(std::string_view data, Arena& arena);  ///< Keeps `data`: for elements, which are copied afterwards.
Cell bytea(std::string_view data, Arena& arena);
Cell uuid(std::string_view data, Arena& arena);
Cell json(std::string_view data, Arena& arena);
Cell date(std::string_view data, Arena& arena);
Cell time(std::string_view data, Arena& arena);
Cell timestamp(std::string_view data, Arena& arena);
Cell timestamptz(std::string_view data, Arena& arena);
Cell nothing(std::string_view data, Arena& arena);  ///< Of void: NULL.

}  // namespace from_text

namespace from_binary {

using detail::Arena;
using detail::Cell;

Cell boolean(std::string_view data, Arena& arena);
Cell int2(std::string_view data, Arena& arena);
Cell int4(std::string_view data, Arena& arena);
Cell int8(std::string_view data, Arena& arena);
Cell oid(std::string_view data, Arena& arena);  ///< Without sign.
Cell float4(std::string_view data, Arena& arena);
Cell float8(std::string_view data, Arena& arena);
Cell numeric(std::string_view data, Arena& arena);
Cell character(std::string_view data, Arena& arena);  ///< Of "char": as its text, where bytes above 127 are octal.
Cell bytea(std::string_view data, Arena& arena);
Cell bytea_in_place(std::string_view data, Arena& arena);
Cell uuid(std::string_view data, Arena& arena);
Cell jsonb(std::string_view data, Arena& arena);
Cell date(std::string_view data, Arena& arena);
Cell time(std::string_view data, Arena& arena);
Cell timetz(std::string_view data, Arena& arena);
Cell timestamp(std::string_view data, Arena& arena);
Cell timestamptz(std::string_view data, Arena& arena);
Cell interval(std::string_view data, Arena& arena);  ///< As IntervalStyle "postgres" writes it.

// Types whose binary format is their text.
using from_text::json;
using from_text::nothing;
using from_text::text;
using from_text::text_in_place;

}  // namespace from_binary

}  // namespace databased::postgresql
