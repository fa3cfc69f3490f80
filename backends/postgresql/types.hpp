// PostgreSQL's types: their names, and how their values become cells.
#pragma once

#include <databased/detail/fields.hpp>

#include <libpq-fe.h>
#include <string>
#include <string_view>

namespace databased::postgresql {

/// Makes a cell of a value that is not NULL; `data` is not needed afterwards, what the cell points at lies in `arena`.
/// What C++ has no value for comes as text: a time of 24:00:00, a timestamp beyond January of 294247. Text of dates is
/// expected in DateStyle ISO. Throws DataError (22P03) for bytes that are not a value of the type.
using Decode = detail::Cell (*)(std::string_view data, detail::Arena& arena);

/// How values of one type are read, by the format in which they come.
struct TypeReader {
    Decode text;
    Decode binary = nullptr;  ///< Null where a value is only understood as text; results with such a column are text.
};

/// What the catalogue says of a type that is not built in.
struct TypeInfo {
    std::string name;  ///< As format_type() writes it.
    char kind = 'b';   ///< pg_type.typtype: b base, c composite, d domain, e enum, r range, m multirange, p pseudo.
    Oid element = 0;   ///< Of an array, the type of its elements; else 0.
    char element_kind = 'b';
    char delimiter = ',';  ///< Between the elements of an array: pg_type.typdelim of the type of its elements.
};

/// Of a built-in type; null if `type` is none that is known here.
const TypeReader* find_builtin_reader(Oid type) noexcept;
/// "int4", "timestamptz", "text[]" …; empty if `type` is none that is known here.
std::string_view builtin_type_name(Oid type) noexcept;
/// Of any other type: enums and arrays of them are read as text, what nobody knows comes as the server writes it.
const TypeReader& reader_of(const TypeInfo& type) noexcept;

}  // namespace databased::postgresql
