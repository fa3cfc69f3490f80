#include "values/array_encoder.hpp"

#include "values/byte_order.hpp"
#include "values/encoders.hpp"

#include <databased/detail/array_block.hpp>
#include <databased/detail/value_text.hpp>
#include <databased/error.hpp>

namespace databased::postgresql {

namespace {

using detail::ArrayView;
using detail::Cell;

constexpr std::int32_t length_of_null = -1;

/// What the elements have in common.
struct Elements {
    ValueKind kind = ValueKind::null;  // of those that are not NULL
    bool has_null = false;
    bool fit_int4 = true;
};

Elements look_at(const ArrayView& array) {
    Elements elements;
    for (std::size_t i = 0; i < array.size(); ++i) {
        const Cell cell = array[i];
        if (cell.kind == ValueKind::null) {
            elements.has_null = true;
            continue;
        }
        if (elements.kind == ValueKind::null) elements.kind = cell.kind;
        if (elements.kind != cell.kind) {
            throw ParameterError("the array holds both " + std::string{name_of(elements.kind)} + " and " +
                                 std::string{name_of(cell.kind)} + "; PostgreSQL's have elements of one type");
        }
        if (cell.kind == ValueKind::integer) elements.fit_int4 = elements.fit_int4 && fits_int4(cell.integer);
    }
    return elements;
}

// In binary

void append_element(std::string& out, const Cell& cell, const Encoder& encoder) {
    if (cell.kind == ValueKind::null) return append_number(out, length_of_null);
    const std::size_t place_of_length = out.size();
    append_number(out, std::int32_t{0});
    const std::size_t begin = out.size();
    encoder.append(out, cell);
    write_number(out.data() + place_of_length, static_cast<std::int32_t>(out.size() - begin));
}

void append_binary(std::string& out, const ArrayView& array, const Elements& elements, const Encoder& encoder) {
    append_number(out, static_cast<std::int32_t>(array.rank()));
    append_number(out, std::int32_t{elements.has_null ? 1 : 0});
    append_number(out, encoder.type);
    for (std::size_t i = 0; i < array.rank(); ++i) {
        append_number(out, array.dimension(i).size);
        append_number(out, array.dimension(i).lower_bound);
    }
    for (std::size_t i = 0; i < array.size(); ++i) append_element(out, array[i], encoder);
}

// As text

void append_text_element(std::string& out, const Cell& cell) {
    check_text(cell.text());
    out += cell.text();
}

}  // namespace

EncodedArray append_array(std::string& out, const Cell& cell, ArrayTyping typing) {
    const ArrayView array{cell.text()};
    const Elements elements = look_at(array);
    const Encoder* encoder = find_encoder(elements.kind);
    if (elements.kind == ValueKind::integer && elements.fit_int4) encoder = &int4_encoder();
    if (elements.kind == ValueKind::text && typing == ArrayTyping::servers) encoder = nullptr;
    if (encoder != nullptr) {
        append_binary(out, array, elements, *encoder);
        return {encoder->array_type, ArrayFormat::binary};
    }
    detail::append_array(out, array, append_text_element);
    out += '\0';
    return {elements.kind == ValueKind::decimal ? numeric_array_type : unknown_type, ArrayFormat::text};
}

}  // namespace databased::postgresql
