#include "array_columns.hpp"

#include "values/byte_order.hpp"
#include "values/type_numbers.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace databased::postgresql {

namespace {

using detail::Cell;

constexpr std::array<std::pair<Oid, Oid>, 18> array_types{{
    {bool_type, 1000},
    {bytea_type, 1001},
    {int8_type, 1016},
    {int2_type, 1005},
    {int4_type, 1007},
    {text_type, text_array_type},
    {json_type, 199},
    {float4_type, 1021},
    {float8_type, 1022},
    {bpchar_type, 1014},
    {varchar_type, 1015},
    {date_type, 1182},
    {time_type, 1183},
    {timestamp_type, 1115},
    {timestamptz_type, 1185},
    {uuid_type, 2951},
    {jsonb_type, 3807},
    {numeric_type, numeric_array_type},
}};

Oid array_of(Oid element) noexcept {
    const auto* const found =
        std::find_if(array_types.begin(), array_types.end(), [&](const auto& pair) { return pair.first == element; });
    return found != array_types.end() ? found->second : unknown_type;
}

/// Between these the server casts by itself, by functions that nobody can replace.
bool is_number(Oid type) noexcept {
    return type == int2_type || type == int4_type || type == int8_type || type == float4_type || type == float8_type ||
           type == numeric_type;
}

/// Of all values that are not NULL; null if all are. Nothing if there are several kinds.
std::optional<ValueKind> kind_of(const Statement& statement, std::size_t parameter) noexcept {
    ValueKind kind = ValueKind::null;
    for (std::size_t run = 0; run < statement.runs(); ++run) {
        const ValueKind next = statement.parameter(parameter, run).kind;
        if (next == ValueKind::null || next == kind) continue;
        if (kind != ValueKind::null) return std::nullopt;
        kind = next;
    }
    return kind;
}

/// As what values of `kind` travel for a column of `type`: what the server then makes of them is what it makes of a
/// parameter. 0 where that is not sure.
Oid element_for(ValueKind kind, Oid type) noexcept {
    switch (kind) {
        case ValueKind::null:
            return type;
        case ValueKind::integer:
            if (type == int2_type || type == int4_type) return type;
            return is_number(type) ? int8_type : unknown_type;
        case ValueKind::real:
            return is_number(type) ? float8_type : unknown_type;
        case ValueKind::decimal:
            return is_number(type) ? numeric_type : unknown_type;
        default:
            return find_copy_writer(type, kind) != nullptr ? type : unknown_type;
    }
}

// https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/arrayfuncs.c, array_recv()
constexpr std::size_t place_of_count = 3 * sizeof(std::int32_t);

}  // namespace

std::optional<ArrayColumn> ArrayColumn::of(const Statement& statement, std::size_t parameter, Oid type) {
    const auto kind = kind_of(statement, parameter);
    if (!kind) return std::nullopt;
    const Oid element = element_for(*kind, type);
    const Oid array = array_of(element);
    if (array == unknown_type) return std::nullopt;
    return ArrayColumn{parameter, element, array, find_copy_writer(element, *kind)};
}

void ArrayColumn::clear() {
    data_.clear();
    count_ = 0;
    if (!is_binary()) return;
    append_number(data_, std::int32_t{1});  // dimensions
    append_number(data_, std::int32_t{1});  // there may be NULL
    append_number(data_, static_cast<std::int32_t>(element_));
    append_number(data_, std::int32_t{0});  // elements, as yet
    append_number(data_, std::int32_t{1});  // the first one's index
}

void ArrayColumn::add(const Statement& statement, std::size_t run) {
    const Cell cell = statement.parameter(parameter_, run);
    ++count_;
    if (!is_binary()) {
        data_ += count_ == 1 ? '{' : ',';
        data_ += cell.kind == ValueKind::null ? std::string_view{"NULL"} : cell.text();
    } else if (cell.kind == ValueKind::null) {
        append_number(data_, std::int32_t{-1});
    } else {
        write_(data_, cell);
    }
}

void ArrayColumn::finish() {
    if (is_binary()) {
        write_number(data_.data() + place_of_count, static_cast<std::int32_t>(count_));
    } else {
        data_ += '}';
    }
}

}  // namespace databased::postgresql
